/** The schema of a policy's `schedule`: a rule that comes, a zone that exists, and what to do about missed slots. */
import { z } from 'zod'
import { cronProblem } from './schedule.ts'

const cron = z.string().superRefine((text, context) => {
  const problem = cronProblem(text)
  if (problem !== null) context.addIssue({ code: 'custom', message: problem })
})

/** An IANA name: an offset such as +02:00 passes Intl but knows nothing of daylight saving. */
export const zone = z.string().refine(isZone, 'is not an IANA time zone, such as Africa/Johannesburg')

export const stage = z.enum(['shadow', 'live', 'paused'])

export const scheduleSchema = z.strictObject({
  cron,
  zone,
  catchUp: z.enum(['once', 'never']).default('once'),
  stage: stage.default('shadow'),
})

function isZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text })
    return !/^[+-]/.test(text)
  } catch {
    return false
  }
}
