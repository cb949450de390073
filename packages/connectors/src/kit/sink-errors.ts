/** What every sink over HTTP may meet beyond the failures of the way out, and what fixes it. */
export const sinkErrors = {
  X_SINK_SHAPE: "The destination's answer lacks what its API documents; the client needs an update, then redrive",
  X_SINK_MAP: "The route's map did not make what the sink understands; correct the map, then redrive",
  X_SINK_ENTITY: 'The record does not say which object of the destination is meant',
  X_SINK_IN_DOUBT: 'Nobody can tell whether the effect happened; look at the destination, then redrive or discard',
  X_SINK_CONTENDED: 'Somebody else kept changing the object while we tried; tried again later',
} as const;
