export { escapedJson, escapedLine, escapedLines, withoutControls } from './control-characters.ts';
export { type CutOptions, cut, cutMiddle, type KeepEndsOptions } from './cut.ts';
export { type Destination, destinations, keyBytes } from './destinations.ts';
export { fitId, idOfBytes } from './fit-id.ts';
export { fitText, type Takes } from './fit-text.ts';
export { fitValue } from './fit-value.ts';
export { headerValue } from './header-value.ts';
export { lengthOf, type Measure } from './measure.ts';
