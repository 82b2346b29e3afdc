/**
 * The demo's voice, and the output that the product's commands write to: numbered steps, each with a line of why, the
 * command that is run and what it prints, never wider than 80 columns. What only passes the time goes to stderr, and
 * on a terminal only.
 */
import { stripVTControlCharacters } from 'node:util'
import { duration, fold } from '../cli/format.ts'
import { type JsonLine, Output } from '../cli/output.ts'
import { type TableColumn, tableLines } from '../cli/table.ts'
import { EXIT, type ExitCode } from '../core/errors/index.ts'

const WIDTH = 80
const INDENT = '   '
const ERASE_LINE = '\r\u001b[2K'

export class Narration extends Output {
  #steps = 0
  #isBusy = false
  #isMuted = false
  #commandedAt = 0
  readonly #results: JsonLine[] = []

  /** What is left of the terminal's line beside the indent. */
  override get width(): number {
    return Math.min(super.width, WIDTH) - INDENT.length
  }

  /** The next step, and why it is taken. */
  step(why: string): void {
    this.#steps += 1
    const number = `${String(this.#steps).padStart(2)} `
    this.#line('')
    for (const [at, line] of fold(why, this.width).entries())
      this.#line(this.style.strong(`${at === 0 ? number : INDENT}${line}`))
  }

  /** What a reader would type. */
  command(text: string): void {
    this.#line(`${INDENT}$ ${text}`)
    this.#commandedAt = performance.now()
  }

  /** Words under the step, with the time they took at the end. */
  say(text: string, tookMs?: number): void {
    this.#indented(this.#withTime(fold(text, this.width), tookMs))
  }

  table(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): void {
    this.#indented(tableLines(columns, rows, this))
  }

  /** Lines as they are, at the margin. */
  plain(text: string): void {
    this.#line(text)
  }

  /** Gone at the next word. */
  busy(text: string): void {
    if (!this.canAnimate || this.#isMuted) return
    super.draw(`${ERASE_LINE}${INDENT}${text}`.slice(0, this.errorWidth + ERASE_LINE.length - 1))
    this.#isBusy = true
  }

  /** From now on nothing is heard of a command that was cut off. */
  mute(): void {
    this.#settle()
    this.#isMuted = true
  }

  unmute(): void {
    this.#isMuted = false
    this.#settle()
  }

  /** Results of commands since the last call. */
  takeResults(): readonly JsonLine[] {
    return this.#results.splice(0)
  }

  /** Ends the demo with exit code 1. */
  failure(error: unknown): ExitCode {
    this.#settle()
    super.note(`error: ${error instanceof Error ? error.message : String(error)}`)
    return EXIT.failed
  }

  /** A command's last word; where it does not tell the time that it took, we do. */
  override result(line: JsonLine, text: readonly string[]): void {
    this.#results.push(line)
    const tookMs = 'durationMs' in line ? undefined : performance.now() - this.#commandedAt
    this.#indented(this.#withTime(text, tookMs))
  }

  override draw(text: string): void {
    if (this.#isMuted) return
    super.draw(text)
    this.#isBusy = true
  }

  /** What a command says on the way. */
  override note(text: string): void {
    this.busy(text.trim())
  }

  #indented(lines: readonly string[]): void {
    for (const line of lines) this.#line(line === '' ? '' : `${INDENT}${line}`)
  }

  #line(text: string): void {
    if (this.#isMuted) return
    this.#settle()
    super.result({ type: 'demo' }, [text])
  }

  #settle(): void {
    if (this.#isBusy) super.draw(ERASE_LINE)
    this.#isBusy = false
  }

  /** At the right end of the last line, where there is room for it. */
  #withTime(lines: readonly string[], tookMs: number | undefined): readonly string[] {
    const last = lines.at(-1)
    if (last === undefined || tookMs === undefined) return lines
    const time = duration(tookMs)
    const gap = this.width - stripVTControlCharacters(last).length - time.length
    return gap < 2 ? lines : [...lines.slice(0, -1), `${last}${' '.repeat(gap)}${this.style.faint(time)}`]
  }
}
