/** `mothball pause`, `resume`, `stop`: what a run that goes on is to do at the end of its batch, wherever it runs. */
import { EXIT, type ExitCode } from '../../core/errors/index.ts'
import type { ControlResult } from '../../core/run.ts'
import type { AskRun } from '../../engine/control.ts'
import { positive, text } from '../arguments.ts'
import { actorName, type Call, type PolicyScene, withPolicy } from '../call.ts'
import type { Register } from '../command.ts'

type ControlFlags = Readonly<{ reason?: string }>

type Verb = (scene: PolicyScene, ask: AskRun) => Promise<ControlResult>

const VERBS: readonly Readonly<{ name: string; about: string; verb: Verb }>[] = [
  {
    name: 'pause',
    about: 'let a run stand still at the end of its batch',
    verb: ({ archiver, policy }, ask) => archiver.pauseRun(policy, ask),
  },
  {
    name: 'resume',
    about: 'let a paused run go on',
    verb: ({ archiver, policy }, ask) => archiver.resumeRun(policy, ask),
  },
  {
    name: 'stop',
    about: 'end a run at the end of its batch; what has moved stays moved',
    verb: ({ archiver, policy }, ask) => archiver.stopRun(policy, ask),
  },
]

export const registerControl: Register = (program, { act }) => {
  for (const { name, about, verb } of VERBS)
    program
      .command(name)
      .description(about)
      .argument('<run>', 'its number', positive('RUN'))
      .option('--reason <text>', 'why, for the journal', text('--reason'))
      .action(act((call: Call, run: number, { reason }: ControlFlags) => ask(call, verb, { run, reason })))
}

const ask = (call: Call, verb: Verb, wish: Omit<AskRun, 'actor'>): Promise<ExitCode> =>
  withPolicy(call, async (scene) => {
    const result = await verb(scene, { ...wish, actor: actorName() })
    scene.output.result({ type: 'control', policy: scene.policy.name, ...result }, [sentenceOf(result)])
    return EXIT.done
  })

function sentenceOf({ run, asked, state, alive }: ControlResult): string {
  if (!alive)
    return `Run ${run} has lost its process: a worker that takes it over will follow, else the next run closes it.`
  if (asked === 'resume') return state === 'paused' ? `Run ${run} goes on.` : `Run ${run} was not paused; it goes on.`
  if (asked === 'stop') return `Run ${run} stops at the end of its batch.`
  return state === 'paused' ? `Run ${run} is paused already.` : `Run ${run} pauses at the end of its batch.`
}
