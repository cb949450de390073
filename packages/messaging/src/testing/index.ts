export { createManualClock, type ManualClock } from './manual-clock.ts';
export {
  createPipelineRig,
  type Note,
  noteTopic,
  type PipelineRig,
  type Published,
  type RigProcess,
  type RigRunOptions,
  type Stored,
  turns,
} from './rig.ts';
export { sendingBy } from './sending-by.ts';
