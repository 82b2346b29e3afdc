/** `mothball statistics`: what the runs of the last days add up to, and what they gained. */
import { EXIT, type ExitCode } from '../../core/errors/index.ts'
import { MOST_DAYS } from '../../core/statistics.ts'
import { positive } from '../arguments.ts'
import { type Call, withPolicy } from '../call.ts'
import type { Register } from '../command.ts'
import { statisticsLines } from '../views/statistics.ts'

export const registerStatistics: Register = (program, { act }) => {
  program
    .command('statistics')
    .description('what the runs of the last days add up to')
    .option('--days <n>', 'so many days, today included', positive('--days', MOST_DAYS))
    .action(act(statistics))
}

const statistics = (call: Call, { days }: Readonly<{ days?: number }>): Promise<ExitCode> =>
  withPolicy(call, async ({ archiver, policy, output, view }) => {
    const told = await archiver.statistics(policy, { zone: view.zone, ...(days === undefined ? {} : { days }) })
    output.result({ type: 'statistics', ...told }, statisticsLines(told, view))
    return EXIT.done
  })
