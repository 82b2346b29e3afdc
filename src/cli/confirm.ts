/** Asks before anything is changed. Without a terminal the flag that says yes beforehand is named. */
import { confirm, isCancel } from '@clack/prompts'
import { MothballError } from '../core/errors/index.ts'
import type { Output } from './output.ts'

export type Question = Readonly<{
  /** What would be done, as a noun: `a restore`. */
  what: string
  /** The question itself, with its numbers. */
  message: () => Promise<string>
  yes: boolean
  flag?: string
}>

/** Throws `confirmation_missing` where nobody can be asked, and `declined` where the answer is no. */
export async function requireConfirmation(
  output: Output,
  { what, message, yes, flag = '--yes' }: Question,
): Promise<void> {
  if (yes) return
  if (!output.canAsk) throw new MothballError('confirmation_missing', { what, flag })
  const answer = await confirm({
    message: await message(),
    initialValue: false,
    output: process.stderr,
    withGuide: false,
  })
  if (isCancel(answer) || !answer) throw new MothballError('declined', { what })
}
