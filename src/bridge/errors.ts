/** `WorkbenchError` on the wire and back: code, message and place survive; what is not ours becomes
 * `internal`, without a stack. */
import { ORPCError } from '@orpc/client';
import { ERROR_KINDS, invalid, messageOf, WorkbenchError } from '../core/errors.ts';
import type { ErrorCode, ErrorPlace } from '../core/errors.ts';

/** The shells know no core: they take these from here. */
export { messageOf, WorkbenchError };

const INTERNAL = 'Something went wrong inside the workbench. Its log (logs/host.log in the workspace) says more.';

/** For the side that answers: anything thrown, as an error that oRPC carries. */
export function toWire(error: unknown): ORPCError<string, unknown> {
  const known = toWorkbenchError(error);
  const status = known.kind === 'input' ? 400 : 500;
  return new ORPCError(known.code, { status, message: known.message, data: { place: known.place } });
}

/** For the side that asked: anything thrown by a call, as the one error that people see. */
export function toWorkbenchError(error: unknown): WorkbenchError {
  if (error instanceof WorkbenchError) return error;
  if (error instanceof ORPCError) {
    // oRPC types the data of a foreign error as any; it is looked at before use.
    const data: unknown = error.data;
    if (isErrorCode(error.code)) return new WorkbenchError(error.code, error.message, placeIn(data));
    if (error.code === 'BAD_REQUEST') return invalidInput(error.message, data);
  }
  if (isClosedConnection(error)) {
    return new WorkbenchError('internal', 'The connection to the workbench was cut: reload, or start it again.');
  }
  return new WorkbenchError('internal', INTERNAL, {}, { cause: error });
}

/** True where `toWorkbenchError` would hide what happened: log it first. */
export function isForeign(error: unknown): boolean {
  return toWorkbenchError(error).cause !== undefined && !(error instanceof WorkbenchError);
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_KINDS, code);
}

function placeIn(data: unknown): ErrorPlace {
  if (!isRecord(data) || !isRecord(data['place'])) return {};
  const { file, field } = data['place'];
  return { ...(typeof file === 'string' && { file }), ...(typeof field === 'string' && { field }) };
}

/** oRPC's answer to an input that its schema refuses; `data.issues` as of Standard Schema. */
function invalidInput(message: string, data: unknown): WorkbenchError {
  const issues: readonly unknown[] = isRecord(data) && Array.isArray(data['issues']) ? data['issues'] : [];
  const issue = issues[0];
  if (!isRecord(issue)) return invalid('', message);
  const path: readonly unknown[] = Array.isArray(issue['path']) ? issue['path'] : [];
  const field = path.map(String).join('.');
  const problem = typeof issue['message'] === 'string' ? issue['message'] : message;
  return invalid(field, problem);
}

function isClosedConnection(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || /not open|peer was closed/i.test(error.message));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
