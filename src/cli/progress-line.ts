/**
 * A run before the reader's eyes, on stderr: one line that is drawn over on a terminal, a line now and then in a log,
 * JSON lines on stdout for programs. What is worth knowing besides stands above it.
 */
import { type ArchiveEvent, describe, type Emit } from '../core/event.ts'
import { advance, type Progress, type ProgressLimit, remainingMs, shareOf } from '../core/progress.ts'
import { count, duration, percent } from './format.ts'
import type { Output } from './output.ts'

const BAR_CELLS = 20
/** A screen shows no more. */
const FRAME_MS = 50
/** A log needs no more. */
const LOG_MS = 5000

/** What passes by while a run goes on, and needs no line of its own once it is over. */
const PASSING: readonly ArchiveEvent['kind'][] = ['sealed', 'vacuumed']
/** Told by the progress itself, or by the result. */
const TOLD_OTHERWISE: readonly ArchiveEvent['kind'][] = ['run-started', 'batch-moved', 'run-ended']

export class ProgressLine {
  readonly #output: Output
  #limit: ProgressLimit = { maxRows: null }
  #progress: Progress | null = null
  #shownAt = Number.NEGATIVE_INFINITY
  #isDrawn = false

  constructor(output: Output) {
    this.#output = output
  }

  limitTo(maxRows: number | null): void {
    this.#limit = { maxRows }
  }

  /** The engine's listener. */
  readonly emit: Emit = (event) => {
    const now = performance.now()
    if (event.kind !== 'run-ended') this.#output.jsonLine({ ...event, type: 'event' })
    this.#progress = advance(this.#progress, event, now, this.#limit)
    if (PASSING.includes(event.kind)) this.#passing(describe(event))
    else if (!TOLD_OTHERWISE.includes(event.kind)) this.say(describe(event))
    if (event.kind === 'batch-moved') this.#show(now)
  }

  /** A line above the progress. */
  say(text: string): void {
    this.clear()
    this.#output.note(text)
    if (this.#progress !== null) this.#shownAt = Number.NEGATIVE_INFINITY
  }

  /** Takes the line away; the result follows. */
  clear(): void {
    if (this.#isDrawn) this.#output.draw('\r\u001b[2K')
    this.#isDrawn = false
  }

  #passing(text: string): void {
    if (this.#output.canAnimate) this.#draw(`  ${text}`)
  }

  #show(now: number): void {
    if (this.#progress === null) return
    const { canAnimate } = this.#output
    if (now - this.#shownAt < (canAnimate ? FRAME_MS : LOG_MS)) return
    const isFirstInLog = !canAnimate && this.#shownAt === Number.NEGATIVE_INFINITY
    this.#shownAt = now
    if (canAnimate) this.#draw(progressText(this.#progress, this.#output.errorWidth))
    // A run that is over before the first interval needs no log of its progress.
    else if (!isFirstInLog) this.#output.note(progressText(this.#progress, Number.POSITIVE_INFINITY))
  }

  #draw(text: string): void {
    this.#output.draw(`\r\u001b[2K${text.slice(0, this.#output.errorWidth - 1)}`)
    this.#isDrawn = true
  }
}

/** `███████████████░░░░░ 71 %  5,263/7,412  12,400/s  ETA 1 s  batch 6`; a narrow terminal gets no bar. */
function progressText(progress: Progress, width: number): string {
  const share = shareOf(progress)
  const eta = remainingMs(progress)
  const parts = [
    percent(share),
    `${count(progress.done)}/${count(progress.total)}`,
    ...(progress.perSecond === null ? [] : [`${count(Math.round(progress.perSecond))}/s`]),
    ...(eta === null || eta === 0 ? [] : [`ETA ${duration(Math.ceil(eta / 1000) * 1000)}`]),
    `batch ${count(progress.batch)}`,
    ...(progress.failed === 0 ? [] : [`${count(progress.failed)} failed`]),
  ]
  const text = parts.join('  ')
  const cells = Math.round(share * BAR_CELLS)
  const bar = `  ${'█'.repeat(cells)}${'░'.repeat(BAR_CELLS - cells)} `
  return Number.isFinite(width) && bar.length + text.length < width ? `${bar}${text}` : `  ${text}`
}
