/** What the commands say to programs (`--json`), as far as the demo goes on with it: the public contract, no more. */
import { z } from 'zod'

const counts = z.record(z.string(), z.number())

export const toldPlan = z.object({ active: z.number(), eligible: z.number() })

export const toldRun = z.object({
  run: z.number(),
  archived: z.number(),
  related: counts,
  durationMs: z.number(),
})

export const toldRestore = z.object({ restored: z.number(), related: counts })

export type ToldPlan = Readonly<z.infer<typeof toldPlan>>
export type ToldRun = Readonly<z.infer<typeof toldRun>>
export type ToldRestore = Readonly<z.infer<typeof toldRestore>>
