/** What stops a run, a restore or a hold, and what each means for the rows. */
import { EXIT, errorTable } from './error.ts'

/** By what is sought; a subject or a run is the rule. */
const WHERE_TO_LOOK: Readonly<Record<string, string>> = {
  table: 'Name it with its schema, as in `sales.orders`, where that is not public.',
  'open hold': 'Look at `mothball hold list`.',
}

export const runErrors = errorTable({
  plan_refused: {
    message: ({ policy, refusals }) => `the plan of ${policy} is refused:\n${refusals}`,
    hint: () => 'Follow the fix beside each; nothing was moved.',
    exit: EXIT.refused,
    http: 409,
  },
  guard_exceeded: {
    message: ({ count, active, share, guard }) =>
      `the run would move ${count} of ${active} active rows (${share} %); the guard is ${guard} %`,
    hint: ({ count }) => `Look at \`mothball plan\`; if that is meant, repeat with --confirm=${count}.`,
    exit: EXIT.refused,
    http: 409,
  },
  confirm_mismatch: {
    message: ({ confirmed, count }) => `--confirm=${confirmed} does not match: ${count} would be moved now`,
    hint: ({ count }) => `Look at \`mothball plan\` again; if that is meant, repeat with --confirm=${count}.`,
    exit: EXIT.refused,
    http: 409,
  },
  outside_window: {
    message: ({ window }) => `now is outside the policy's window ${window}`,
    hint: () => 'Wait for the window, or add --ignore-window.',
    exit: EXIT.refused,
    http: 409,
  },
  already_running: {
    message: ({ policy, run }) => `run ${run} of ${policy} is going on`,
    hint: () => 'Wait for its end, or stop it with Ctrl-C where it runs; `mothball history` shows it.',
    exit: EXIT.alreadyRunning,
    http: 409,
  },
  policy_paused: {
    message: ({ policy, reason }) => `${policy} is paused${reason ? `: ${reason}` : ''}`,
    hint: ({ policy }) => `Run \`mothball policy stage ${policy} live --reason ...\` when it may go on.`,
    exit: EXIT.refused,
    http: 409,
  },
  run_over: {
    message: ({ run }) => `run ${run} has ended`,
    hint: () => 'Nothing to do; `mothball history` shows how it ended.',
    exit: EXIT.failed,
    http: 409,
  },
  slot_taken: {
    message: ({ policy, slot }) => `${policy} has already run for the slot ${slot}`,
    hint: () => 'Nothing to do: one planned time is one run.',
    exit: EXIT.alreadyRunning,
    http: 409,
  },
  lease_lost: {
    message: ({ policy }) => `another process took over the lease of ${policy}`,
    hint: () => 'Nothing was lost; see `mothball history` for the run that goes on.',
    exit: EXIT.failed,
    http: 409,
  },
  shapes_changed: {
    message: ({ table }) => `${table} was changed while the run went on`,
    hint: () => 'Run `mothball plan` to see what changed; nothing was lost.',
    exit: EXIT.refused,
    http: 409,
  },
  sides_differ: {
    message: ({ table, locked, copied, deleted }) =>
      `${table}: ${locked} rows locked, ${copied} copied, ${deleted} deleted, or their digests differ; rolled back`,
    hint: ({ table }) => `Look for a trigger or rule on ${table} or its archive table that changes rows.`,
    exit: EXIT.failed,
    http: 500,
  },
  commit_refused: {
    message: ({ answer }) => `the server answered COMMIT with ${answer}`,
    hint: () => 'The transaction was rolled back; run the command again.',
    exit: EXIT.failed,
    http: 500,
  },
  too_many_failures: {
    message: ({ failed, moved }) => `${failed} subjects failed and only ${moved} moved`,
    hint: () => 'Look at `mothball failures`: one cause stands behind all of them.',
    exit: EXIT.failed,
    http: 500,
  },
  probe_failed: {
    message: ({ problem }) => `a probe could not be read: ${problem}`,
    hint: () => 'Try its query as the role that runs; it may only read, and not for longer than its timeoutMs.',
    exit: EXIT.failed,
    http: 500,
  },
  not_found: {
    message: ({ what, keys }) => `no such ${what}: ${keys}`,
    hint: ({ what }) =>
      WHERE_TO_LOOK[String(what)] ??
      'Check the value; `mothball show` finds a customer by any number of his, `mothball history` lists runs.',
    exit: EXIT.failed,
    http: 404,
  },
  already_gone: {
    message: ({ key }) => `${key} is neither active nor in the archive, so no hold can be set`,
    hint: () => 'Check the key with `mothball show`.',
    exit: EXIT.failed,
    http: 404,
  },
})
