/**
 * Where words go: results to stdout, everything else to stderr. With --json stdout carries JSON lines, and the last
 * one is the result. A reader that goes away ends nothing but its reading.
 */
import type { Writable } from 'node:stream'
import { EXIT, type ExitCode, MothballError } from '../core/errors/index.ts'
import { fold } from './format.ts'
import { COLOURED, PLAIN, type Style } from './style.ts'

export type OutputOptions = Readonly<{ json?: boolean; quiet?: boolean; color: boolean }>

/** A JSON line; `version` is added. */
export type JsonLine = Readonly<{ type: string }> & Readonly<Record<string, unknown>>

/** Terminals narrower than this scroll sideways. */
const MIN_WIDTH = 40

export class Output {
  readonly json: boolean
  readonly quiet: boolean
  /** Of what stdout gets. */
  readonly style: Style
  readonly #errorStyle: Style
  readonly #color: boolean

  constructor({ json = false, quiet = false, color }: OutputOptions) {
    this.json = json
    this.quiet = quiet
    this.#color = color && !process.env['NO_COLOR']
    this.style = this.#styleFor(process.stdout)
    this.#errorStyle = this.#styleFor(process.stderr)
  }

  /** Somebody can be asked: there is a terminal on both sides, and no program reads our words. */
  get canAsk(): boolean {
    return process.stdin.isTTY === true && process.stderr.isTTY === true && !this.json
  }

  /** A line may be drawn over. */
  get canAnimate(): boolean {
    return process.stderr.isTTY === true && !this.json && !this.quiet && process.env['TERM'] !== 'dumb'
  }

  /** Columns of the terminal that reads stdout; without one nothing is broken. */
  get width(): number {
    return process.stdout.isTTY ? Math.max(MIN_WIDTH, process.stdout.columns || 80) : Number.POSITIVE_INFINITY
  }

  get errorWidth(): number {
    return process.stderr.isTTY ? Math.max(MIN_WIDTH, process.stderr.columns || 80) : Number.POSITIVE_INFINITY
  }

  /** The answer: with --json `line`, else `text`. To be called last. */
  result(line: JsonLine, text: readonly string[]): void {
    if (this.json) this.jsonLine(line)
    else for (const each of text) write(process.stdout, `${each}\n`)
  }

  /** For programs, on stdout; nothing without --json. */
  jsonLine(line: JsonLine): void {
    if (!this.json) return
    const { type, ...fields } = line
    write(process.stdout, `${JSON.stringify({ type, version: 1, ...fields })}\n`)
  }

  /** For people, on stderr; nothing with --quiet or --json. */
  note(text: string): void {
    if (!this.quiet && !this.json) write(process.stderr, `${text}\n`)
  }

  /** Draws on the terminal's line. */
  draw(text: string): void {
    write(process.stderr, text)
  }

  /** The error's line and its hint; with --json the last line of stdout as well. Returns the exit code. */
  error(error: unknown): ExitCode {
    const told = error instanceof MothballError ? error : unexpected(error)
    const { bad, faint } = this.#errorStyle
    const lines = [
      ...fold(`error: ${told.message}`, this.errorWidth).map((line) => line.replace(/^error:/, bad('error:'))),
      ...fold(`hint: ${told.hint}`, this.errorWidth).map((line) => line.replace(/^hint:/, faint('hint:'))),
    ]
    for (const line of lines) write(process.stderr, `${line}\n`)
    this.jsonLine({ type: 'error', code: told.code, message: told.message, hint: told.hint })
    return told.exit
  }

  #styleFor(stream: Readonly<{ isTTY?: boolean }>): Style {
    return this.#color && stream.isTTY === true ? COLOURED : PLAIN
  }
}

function unexpected(error: unknown): MothballError {
  const name = error instanceof Error ? error.name : typeof error
  if (process.env['MOTHBALL_DEBUG']) write(process.stderr, `${error instanceof Error ? error.stack : String(error)}\n`)
  // Its message may quote a row; its name cannot.
  return new MothballError('unexpected', { problem: name }, { cause: error })
}

const closed = new Set<Writable>()

function write(stream: Writable, text: string): void {
  if (!closed.has(stream)) stream.write(text)
}

/** `mothball history | head`: what nobody reads is not written, and the command ends as it would have. */
export function surviveClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') process.exitCode = EXIT.failed
      closed.add(stream)
    })
}
