/** How a command joins the program: it declares its words, and its work ends with an exit code. */
import type { Command } from 'commander'
import type { ExitCode } from '../core/errors/index.ts'
import type { Call } from './call.ts'

/** Adds one command to the program. */
export type Register = (program: Command, door: Door) => void

export type Door = Readonly<{
  /** An action for commander: runs `work` within a call, and gives its exit code, or that of its error, to the process. */
  act<Words extends readonly unknown[]>(
    work: (call: Call, ...words: Words) => Promise<ExitCode>,
  ): (...words: Words) => Promise<void>
}>
