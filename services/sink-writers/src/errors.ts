/** What can go wrong between a judgement and its destination, and what fixes it. */
export const sinkWriterErrors = {
  X_ROUTE_CONFIG: "The route's settings or secrets cannot be used; correct them, then resume the route",
  X_ROUTE_EXPRESSION: "The route's `when` or `map` failed on this value; correct it, then redrive",
  X_ROUTE_IN_DOUBT: 'A try began and its end is unknown; look at the destination, then redrive to write or discard',
  X_ROUTE_PAUSED: 'The destination asks for a longer pause than a record may wait in; the breaker waits instead',
  X_ROUTE_GIVEN_UP: 'A delivery was not sent, or its batch not answered, in its time; tried again',
  X_ROUTE_LOOP:
    'Our own updates of one object keep coming back as events; name our `actor` at the source or find the rule that answers us, then discard. Where many objects do, the route halts: resume it then',
} as const;
