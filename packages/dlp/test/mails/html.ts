import type { Mail } from './mail.ts';

/** Authored after the markup of the programs named; people, companies and numbers are made up. */
export const htmlMails: readonly Mail[] = [
  {
    name: 'Gmail reply',
    text: `<div dir="ltr">The replacement card has <b>still</b> not arrived.<br><br>Could you send it again?</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">On Tue, 4 Mar 2025 at 09:12, Support &lt;<a href="mailto:support@northwind.example">support@northwind.example</a>&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"><div>Your card was posted.</div></blockquote></div>`,
    keep: ['The replacement card has still not arrived.', 'Could you send it again?'],
    cut: ['Your card was posted', 'wrote', 'gmail'],
  },
  {
    name: 'Gmail forward without a word of its own',
    text: `<div dir="ltr"><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Forwarded message ---------<br>From: <strong class="gmail_sendername" dir="auto">Ana</strong> <span dir="auto">&lt;ana@example.com&gt;</span><br>Date: Mon, 3 Mar 2025 at 16:02<br>Subject: Lost phone<br>To: &lt;jo@example.com&gt;<br></div><br><div dir="ltr">My phone was lost on the train. I need a new PIN.</div></div></div>`,
    keep: ['My phone was lost on the train.', 'I need a new PIN.'],
    cut: ['Forwarded message', 'ana@example.com'],
  },
  {
    name: 'Gmail signature',
    text: `<div dir="ltr">Please increase my limit.<br clear="all"><br>-- <br><div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature"><div>Peter Novak<br>Contoso Ltd<br></div></div></div>`,
    keep: ['Please increase my limit.'],
    cut: ['Peter Novak', 'Contoso'],
  },
  {
    name: 'Outlook for Windows, reply',
    text: `<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<meta name="Generator" content="Microsoft Word 15 (filtered medium)">
<style><!--
/* Font Definitions */
@font-face
	{font-family:Calibri;
	panose-1:2 15 5 2 2 2 4 3 2 4;}
p.MsoNormal, li.MsoNormal
	{margin:0cm;
	font-size:11.0pt;}
--></style><!--[if gte mso 9]><xml>
<o:shapedefaults v:ext="edit" spidmax="1026" />
</xml><![endif]-->
</head>
<body lang="EN-GB" link="#0563C1">
<div class="WordSection1">
<p class="MsoNormal">My transfer to Spain was rejected
twice.<o:p></o:p></p>
<p class="MsoNormal"><o:p>&nbsp;</o:p></p>
<p class="MsoNormal">What is wrong with it?<o:p></o:p></p>
<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">
<p class="MsoNormal"><b><span lang="EN-US">From:</span></b><span lang="EN-US"> Support &lt;support@northwind.example&gt;
<br><b>Sent:</b> Monday, March 3, 2025 4:02 PM<br><b>To:</b> Peter Novak<br><b>Subject:</b> RE: Your transfer<o:p></o:p></span></p>
</div>
<p class="MsoNormal">Dear Mr Novak, we are looking into it.<o:p></o:p></p>
</div>
</body>
</html>`,
    keep: ['My transfer to Spain was rejected twice.', 'What is wrong with it?'],
    cut: ['panose', 'MsoNormal', 'looking into it', 'RE: Your transfer', 'spidmax'],
  },
  {
    name: 'Outlook on the web, reply',
    text: `<html><head><style type="text/css" style="display:none;"> P {margin-top:0;margin-bottom:0;} </style></head><body dir="ltr"><div class="elementToProof" style="font-family: Aptos, sans-serif; font-size: 12pt;">I was charged twice for one ride.</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif"><b>From:</b> Support &lt;support@northwind.example&gt;<br><b>Sent:</b> 03 March 2025 16:02<br><b>To:</b> Peter<br><b>Subject:</b> Receipt</font></div><div>Thank you for travelling with us.</div></body></html>`,
    keep: ['I was charged twice for one ride.'],
    cut: ['margin-top', 'Thank you for travelling', 'Receipt'],
  },
  {
    name: 'Outlook on the web, forward without a word of its own',
    text: `<html><body dir="ltr"><div><br></div><div id="appendonsend"></div><hr tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><b>From:</b> Ana &lt;ana@example.com&gt;<br><b>Sent:</b> 03 March 2025 16:02<br><b>To:</b> Jo<br><b>Subject:</b> Cash</div><div>The machine kept my card.</div></body></html>`,
    keep: ['The machine kept my card.'],
    cut: ['ana@example.com'],
  },
  {
    name: 'Outlook on a telephone',
    text: `<div dir="auto">Where is my refund?</div><div id="ms-outlook-mobile-signature" dir="auto">Get <a href="https://aka.example/o0ukef">Outlook for iOS</a></div>`,
    keep: ['Where is my refund?'],
    cut: ['Outlook'],
  },
  {
    name: 'Apple Mail',
    text: `<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body style="overflow-wrap: break-word;">The refund has not reached my account.<br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite"><div>On 4 Mar 2025, at 09:12, Support &lt;support@northwind.example&gt; wrote:</div><br class="Apple-interchange-newline"><div>We have issued your refund.</div></blockquote></div><br></body></html>`,
    keep: ['The refund has not reached my account.'],
    cut: ['We have issued', 'wrote'],
  },
  {
    name: 'Thunderbird, answers between',
    text: `<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head><body><div class="moz-cite-prefix">Am 04.03.25 um 09:12 schrieb Support:<br></div><blockquote type="cite" cite="mid:1@northwind.example"><p>Welche Karte?</p></blockquote><p>Die blaue.</p><blockquote type="cite"><p>Seit wann?</p></blockquote><p>Seit gestern.</p><pre class="moz-signature" cols="72">-- \nEva Klein</pre></body></html>`,
    keep: ['Die blaue.', 'Seit gestern.'],
    cut: ['Welche Karte', 'Seit wann', 'Eva Klein', 'schrieb'],
  },
  {
    name: 'Yahoo',
    text: `<div class="ydp1yahoo-style-wrap" style="font-size:16px"><div dir="ltr">The link has expired.</div></div><div id="yahoo_quoted_123" class="yahoo_quoted"><div>On Tuesday, March 4, 2025, Support wrote:</div><div>Please confirm your address.</div></div>`,
    keep: ['The link has expired.'],
    cut: ['Please confirm', 'wrote'],
  },
  {
    name: 'Proton',
    text: `<div style="font-family: Arial;">I want to close my account.</div><div class="protonmail_signature_block">Sent with <a href="https://proton.example/">Proton Mail</a> secure email.</div><div class="protonmail_quote">On Tuesday, March 4th, 2025 at 9:12 AM, Support wrote:<blockquote class="protonmail_quote" type="cite">How can we help?</blockquote></div>`,
    keep: ['I want to close my account.'],
    cut: ['Proton', 'How can we help'],
  },
  {
    name: 'an old Outlook with a marked header',
    text: `<html><body><div>Please cancel order 4711.</div><br><div class="OutlookMessageHeader" lang="de" dir="ltr" align="left"><hr tabindex="-1"><font face="Tahoma"><b>Von:</b> Support<br><b>Gesendet:</b> Montag<br></font></div><div>Ihre Bestellung ist unterwegs.</div></body></html>`,
    keep: ['Please cancel order 4711.'],
    cut: ['Bestellung ist unterwegs'],
  },
  {
    name: 'Hotmail',
    text: `<div>My new card is broken.</div><br><hr id="stopSpelling">Date: Mon, 3 Mar 2025 16:02:11 +0100<br>From: support@northwind.example<br>To: ana@example.com<br>Subject: Card<br><br>Your card is active.`,
    keep: ['My new card is broken.'],
    cut: ['Your card is active'],
  },
  {
    name: 'a footer and a picture',
    text: `<html><body><p>How do I change my address?</p><p style="font-size:8pt;color:gray">Diese E-Mail enth&auml;lt vertrauliche und/oder rechtlich gesch&uuml;tzte Informationen. Wenn Sie nicht der richtige Adressat sind, informieren Sie bitte den Absender und vernichten Sie diese Mail.</p><img src="https://t.example/p.gif" width="1" height="1" alt="pixel"></body></html>`,
    keep: ['How do I change my address?'],
    cut: ['vertrauliche', 'pixel', 'vernichten'],
  },
  {
    name: 'entities of every kind',
    text: `<p>Jos&eacute; &amp; I paid 5&nbsp;&euro; &#40;five&#x29; &mdash; twice&hellip; is 5 &lt; 6&#63;</p><p>A broken one: &#0;&#xD800;&#99999999;&nosuch;</p>`,
    keep: ['José & I paid 5 € (five) — twice... is 5 < 6?', 'A broken one: \uFFFD\uFFFD\uFFFD&nosuch;'],
    cut: ['&eacute;', '&#40;'],
  },
  {
    name: 'a newsletter frame with hidden words',
    text: `<!doctype html><html><head><title>Reply</title><script>var a = "<p>never</p>";</script></head><body><div style="display:none;max-height:0">Preview of something else &#847;&zwnj;&nbsp;</div><table><tr><td>I did not</td><td>order this.</td></tr></table><ul><li>Refund it</li><li>Close it</li></ul></body></html>`,
    keep: ['I did not order this.', 'Refund it', 'Close it'],
    cut: ['Preview', 'never', 'Reply'],
  },
  {
    name: 'a style sheet that became text',
    text: `P {margin-top:0;margin-bottom:0;}
p.MsoNormal, li.MsoNormal {margin:0cm; font-size:11.0pt;}
.a:hover
{ color: red }
@page WordSection1 {
size: 612.0pt 792.0pt;
margin: 72.0pt;
}
My direct debit was returned.`,
    keep: ['My direct debit was returned.'],
    cut: ['MsoNormal', 'margin', '612'],
  },
  {
    name: 'bold words in a plain message',
    text: 'Hello,\nmy <b>blue</b> card &amp; phone\nwere stolen.<br>Please help.\n\n> You wrote this\n> and this',
    keep: ['my blue card & phone', 'were stolen.', 'Please help.'],
    cut: ['You wrote this', '<b>'],
  },
  {
    name: 'only a quotation, in markup',
    text: '<blockquote><p>My card was swallowed.</p></blockquote>',
    keep: ['My card was swallowed.'],
    cut: ['<p>', 'blockquote'],
  },
];
