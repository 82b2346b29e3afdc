/** The driver's own connection to an episode's database: opened anew whenever a crash has taken it. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Connection, connect, type Query } from '../support/server.ts'

export type Control = Readonly<{ ask: Query; end(): Promise<void> }>

const PAUSE_MS = 50
/** Times the pause: longer than any restart takes. */
const ATTEMPTS = 1000

const isLost = (error: unknown): boolean =>
  !(error instanceof Error && 'code' in error) ||
  !/^[0-9A-Z]{5}$/.test(String(error.code)) ||
  /^(08|57P)/.test(String(error.code))

/** A question that was cut off is asked again: ask only what may be asked twice. */
export function openControl(url: string): Control {
  let connection: Connection | null = null
  const ask: Query = async (text, values) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        connection ??= await connect(url)
        return await connection.query(text, values)
      } catch (error) {
        if (!isLost(error) || attempt === ATTEMPTS) throw error
        await connection?.end().catch(() => undefined)
        connection = null
        await delay(PAUSE_MS)
      }
    }
  }
  return { ask, end: async () => connection?.end().catch(() => undefined) }
}
