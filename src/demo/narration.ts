/**
 * The demo's voice: numbered steps, each with a line of why, the command a reader would type and what the product
 * prints to it. What is told goes to stdout; what only passes the time goes to stderr, and on a terminal only.
 */
import { styleText } from 'node:util'

/** Narrower terminals wrap by themselves; wider ones are not easier to read. */
const WIDTH = 80
const INDENT = '   '

type Style = Parameters<typeof styleText>[0]

export type Narration = Readonly<{
  title(text: string): void
  /** The next step: why it is taken. */
  step(why: string): void
  /** What a reader would type. */
  command(text: string): void
  /** Lines under the step, with what they took at their end. */
  say(text: string, took?: number): void
  /** Replaces itself; gone at the next line. */
  busy(text: string): void
  /** Runs `work`, with `text` as the busy line; resolves to what it brought and the milliseconds it took. */
  timed<T>(text: string, work: () => Promise<T>): Promise<Readonly<{ result: T; took: number }>>
}>

type Output = NodeJS.WriteStream

export function createNarration(out: Output = process.stdout, status: Output = process.stderr): Narration {
  let steps = 0
  let isBusy = false
  const paint = (style: Style, text: string) => styleText(style, text, { stream: out })
  const settle = () => {
    if (isBusy) status.write('\r\x1b[2K')
    isBusy = false
  }
  const line = (text: string) => {
    settle()
    out.write(`${text}\n`)
  }
  const busy = (text: string) => {
    if (!status.isTTY) return
    const room = (status.columns ?? WIDTH) - 1
    status.write(`\r\x1b[2K${`${INDENT}${text}`.slice(0, room)}`)
    isBusy = true
  }
  return {
    title: (text) => line(`${paint('bold', text)}\n`),
    step: (why) => {
      steps += 1
      line(`\n${paint('bold', `${String(steps).padStart(2)} ${why}`)}`)
    },
    command: (text) => line(`${INDENT}${paint('cyan', `$ ${text}`)}`),
    say: (text, took) => {
      const lines = text.split('\n').map((each) => (each === '' ? '' : `${INDENT}${each}`))
      const last = lines.pop() ?? ''
      for (const each of lines) line(each)
      line(took === undefined ? last : `${last.padEnd(WIDTH - 8)}${paint('dim', seconds(took).padStart(8))}`)
    },
    busy,
    timed: async (text, work) => {
      busy(`${text} ...`)
      const startedAt = performance.now()
      const result = await work()
      return { result, took: performance.now() - startedAt }
    },
  }
}

/** `0.3 s`, `41 s`, `2 min 5 s`. */
export function seconds(milliseconds: number): string {
  const all = milliseconds / 1000
  if (all < 10) return `${all.toFixed(1)} s`
  if (all < 120) return `${Math.round(all)} s`
  return `${Math.floor(all / 60)} min ${Math.round(all % 60)} s`
}
