// Live rows: copy, follow, verify, fence, cut over, reverse.
export { type CrashPoint, crashPoints } from './crash-points.ts';
export { errorCatalogue, ReplicationError, type ReplicationErrorCode } from './errors.ts';
export { type DanglingReference, findDanglingReferences } from './catalogue/dangling-references.ts';
export { cutover } from './cutover/cutover.ts';
export { closeReturned, examineLoss, type Loss, type LossOptions, type ReturnedOptions } from './cutover/loss.ts';
export { reclaim, type ReclaimOptions, type ReclaimReport, recoverReclaim } from './cutover/reclaim.ts';
export { recoverCutover } from './cutover/recover.ts';
export type { CutoverJournal, CutoverOptions, CutoverReport, CutoverRoutes, CutoverState, CutoverStep, Side } from './cutover/types.ts';
export { proveWayBack, type WayBackProof } from './cutover/way-back.ts';
export { fence, type FenceOptions, type FenceReport, unfence, type UnfenceOptions } from './fence/close-fence.ts';
export { type FenceState, installFence, readFence, removeFence } from './fence/fence.ts';
export type { Finding, FindingCode } from './inspect/finding.ts';
export { inspectSide, type InspectSideOptions, inspectTables, type InspectOptions } from './inspect/inspect-tables.ts';
export { leaveDatabase, type LeaveOptions, type LeaveReport } from './leave/leave-database.ts';
export type { SqlSession } from './postgres/session.ts';
export { type ChangedColumn, type ComparedRow, type ComparedTable, compareTables } from './scratch/compare-tables.ts';
export { copySnapshot, type SnapshotCopy } from './scratch/copy-snapshot.ts';
export { createStream } from './stream/create-stream.ts';
export type {
  AppliedChange,
  CopyProgress,
  CopyReport,
  MarkOptions,
  ReplicatedTable,
  ReplicationStream,
  StreamHold,
  StreamLimits,
  StreamOptions,
  StreamState,
  StreamStatus,
  TouchedKeys,
} from './stream/options.ts';
export type { DifferenceCause, DifferenceKind, RowDifference } from './verify/differences.ts';
export { repair, type RepairOptions } from './verify/repair.ts';
export {
  differingKeys,
  type TableVerification,
  verify,
  type VerifyOptions,
  type VerifyProgress,
  type VerifyReport,
  verifyTouched,
} from './verify/verify.ts';
