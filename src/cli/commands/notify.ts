/** `mothball notify`: who is told: a trial message, what was told and how it went, and one round of telling for cron. */
import { EXIT, type ExitCode, MothballError } from '../../core/errors/index.ts'
import type { Notice } from '../../core/notice.ts'
import type { Notifier } from '../../notify/notifier.ts'
import { positive, text } from '../arguments.ts'
import { type Call, readConfig } from '../call.ts'
import type { Register } from '../command.ts'
import { counted, fold, instant } from '../format.ts'
import type { Style } from '../style.ts'

export const registerNotify: Register = (program, { act }) => {
  const notify = program.command('notify').description('messages: mail, Slack, Teams')
  notify
    .command('list', { isDefault: true })
    .description('what was told lately, and how it went')
    .option('--limit <n>', 'so many', positive('--limit'))
    .action(act(list))
  notify
    .command('test')
    .description('send a trial message')
    .option('--channel <name>', 'to this channel only', text('--channel'))
    .action(act(test))
  notify.command('send').description('tell what nobody has told yet, send what is due').action(act(send))
}

async function withNotifier(call: Call, work: (notifier: Notifier) => Promise<ExitCode>): Promise<ExitCode> {
  const config = await readConfig(call)
  if (config.notify.channels.length === 0) throw new MothballError('notify_missing')
  const { openNotifier } = await import('../../compose-telling.ts')
  await using notifier = openNotifier(config)
  return await work(notifier)
}

const test = (call: Call, { channel }: Readonly<{ channel?: string }>): Promise<ExitCode> =>
  withNotifier(call, async (notifier) => {
    const channels = await notifier.test(channel)
    const failed = channels.filter(({ problem }) => problem !== null)
    const { style } = call.output
    call.output.result(
      { type: 'notify', action: 'test', channels },
      channels.map(({ channel: name, kind, problem }) =>
        problem === null
          ? `${style.good('sent')}    ${name} (${kind})`
          : `${style.bad('failed')}  ${name} (${kind}): ${problem}`,
      ),
    )
    if (failed.length === 0) return EXIT.done
    return failed.length < channels.length ? EXIT.partial : EXIT.failed
  })

const send = (call: Call): Promise<ExitCode> =>
  withNotifier(call, async (notifier) => {
    const tick = await notifier.tick()
    call.output.result({ type: 'notify', action: 'send', ...tick }, [
      `${counted(tick.sent, 'message')} sent, ${tick.failed} failed${tick.failed > 0 ? ' and tried again later' : ''}.`,
    ])
    return tick.failed > 0 ? EXIT.partial : EXIT.done
  })

const DEFAULT_LIMIT = 20

async function list(call: Call, { limit = DEFAULT_LIMIT }: Readonly<{ limit?: number }>): Promise<ExitCode> {
  const config = await readConfig(call)
  const { openArchiver } = await import('../../compose.ts')
  await using archiver = openArchiver(config)
  const notices = await archiver.listNotices(config.policies, limit)
  const zone = config.notify.zone ?? (await archiver.zone())
  const { style, width } = call.output
  call.output.result(
    { type: 'notify', action: 'list', notices: notices.map(lineOf) },
    notices.length === 0
      ? ['Nobody was told anything yet.']
      : notices.flatMap((each) => noticeLines(each, { zone, style, width })),
  )
  return EXIT.done
}

/** The whole message is for the channels; a program reads what it was about. */
const lineOf = ({ message: { subject, verdict }, ...notice }: Notice) => ({ ...notice, verdict, subject })

type Shown = Readonly<{ zone: string; style: Style; width: number }>

function noticeLines({ toldAt, closedAt, repeats, message, deliveries }: Notice, { zone, style, width }: Shown) {
  const state = closedAt === null ? '' : `, over ${instant(closedAt, zone)}`
  const again = repeats === 0 ? '' : `, ${counted(repeats + 1, 'time')}`
  const paint = { good: style.good, warning: style.warn, bad: style.bad, plain: style.strong }[message.tone]
  return [
    ...fold(message.subject, width).map((line) => line.replace(message.verdict, paint(message.verdict))),
    style.faint(`  ${instant(toldAt, zone)}${again}${state}`),
    ...deliveries.map((each) => `  ${each.channel}: ${deliveryText(each, zone)}`),
  ]
}

function deliveryText(
  { state, attempts, sentAt, nextAt, problem }: Notice['deliveries'][number],
  zone: string,
): string {
  const tries = counted(attempts, 'attempt')
  if (state === 'sent') return `sent ${instant(sentAt ?? '', zone)}${attempts > 1 ? ` after ${tries}` : ''}`
  if (state === 'given_up') return `given up after ${tries}: ${problem ?? ''}`
  return problem === null ? 'waits' : `failed (${problem}), ${tries}; next ${instant(nextAt ?? '', zone)}`
}
