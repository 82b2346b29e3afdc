/** Faults of the whole server: stopped at once and killed, with a batch that stands still or is under way. */
import { type Fault, whileAnyStands } from '../stage.ts'

const crash = (kind: string, signal: 'SIGQUIT' | 'SIGKILL'): Fault => ({
  kind,
  strike: async (stage) =>
    (await whileAnyStands(stage, async ({ hand }) => {
      // Let go a moment before: then a statement is on its way, or even the COMMIT.
      if (stage.random.chance(1 / 2)) hand.worker.go()
      await stage.server.crash(signal)
      return true
    })) ?? false,
})

export const SERVER_FAULTS = {
  stopped: crash('server stopped immediately', 'SIGQUIT'),
  killed: crash('server killed (kill -9)', 'SIGKILL'),
}
