/** What each exit code says. A code without words does not compile. */
import type { ExitCode } from '../../src/core/errors/index.ts'

export const EXIT_WORDS: Readonly<Record<ExitCode, string>> = {
  0: 'Done, or nothing to do.',
  1: 'Failed: it broke off before anything moved, or all that it tried failed; nobody was found.',
  2: 'Wrong usage or configuration. Nothing was touched.',
  3: 'Partial: some moved or came home, some could not, or it broke off after some had.',
  4: 'Refused by a guard, or for what the database is or lacks. Nothing was touched.',
  5: '`verify`: what is there differs from what the journal says.',
  10: '`plan --detailed-exitcode`: something is eligible. `reconcile`: something can be mended.',
  11: 'Another run is alive, or the slot is taken.',
  130: 'Stopped by Ctrl-C (batches that committed stand), or the question was answered with no.',
}
