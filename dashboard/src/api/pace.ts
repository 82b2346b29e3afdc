/** How often what is shown is asked for again. */
import { isDown } from './problem.ts'

const RETRY_MS = 3_000

type Asked = Readonly<{ state: Readonly<{ error: Error | null }> }>

/** Every so often, or never; what is down is asked for again soon, for as long as the page is open. */
export const every =
  (milliseconds: number | false) =>
  ({ state: { error } }: Asked): number | false =>
    isDown(error) ? RETRY_MS : milliseconds
