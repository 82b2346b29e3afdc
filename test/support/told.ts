/** Messages of every kind, made of facts that a test chooses: harmless ones to look at, poisonous ones to be inert. */
import type { RunRecord } from '../../src/core/history.ts'
import { addDays } from '../../src/core/instant.ts'
import type { Message } from '../../src/core/message.ts'
import { type NotifyConfig, notifySchema } from '../../src/core/notify-schema.ts'
import { type DayCounts, type ProbeNight, statisticsOf, type TierSize } from '../../src/core/statistics.ts'
import { missedMessage, recoveredMessage, refusedMessage, runMessage } from '../../src/notify/alert-message.ts'
import { policyChangedMessage, stageMessage } from '../../src/notify/change-message.ts'
import { dailyMessage } from '../../src/notify/daily.ts'
import type { DigestFacts } from '../../src/notify/digest-facts.ts'
import { monthlyMessage } from '../../src/notify/monthly.ts'
import { type Voice, voiceOf } from '../../src/notify/voice.ts'
import { weeklyMessage } from '../../src/notify/weekly.ts'

const DAY = '2026-12-01'
const ZONE = 'Africa/Johannesburg'

const notifyConfig = (fields: object = {}): NotifyConfig => notifySchema.parse(fields)

export const testVoice = (fields: object = {}): Voice =>
  voiceOf(notifyConfig({ link: 'https://mothball.example.com', ...fields }), ZONE)

export const runRecord = (fields: Partial<RunRecord> = {}): RunRecord => ({
  run: 390,
  policy: 'nic-call-center',
  operation: 'archive',
  status: 'success',
  dryRun: false,
  actor: 'scheduler',
  reason: null,
  cutoff: '2026-10-02 00:00:00+00',
  startedAt: '2026-12-01 00:00:00.1+00',
  endedAt: '2026-12-01 00:00:00.5+00',
  durationMs: 400,
  active: 2878,
  candidates: 300,
  eligible: 73,
  kept: { active_aod: 121, unpaid_installment: 88, recent_call: 34, follow_up: 9, hold: 6, restored: 3 },
  archived: 73,
  restored: 0,
  failed: 0,
  skipped: 0,
  batches: 1,
  stopReason: 'nothing_eligible',
  error: null,
  slot: null,
  group: null,
  asked: null,
  ...fields,
})

/** Like a real table: weekdays differ, two nights went wrong. */
function days(count: number): readonly DayCounts[] {
  return Array.from({ length: count }, (_, at) => {
    const archived = at === 9 ? 0 : 55 + ((at * 37) % 41)
    const failures = at === 20 ? 2 : 0
    return {
      day: addDays(DAY, at + 1 - count),
      runs: 1,
      succeeded: at === 9 || at === 20 ? 0 : 1,
      partial: at === 20 ? 1 : 0,
      failed: at === 9 ? 1 : 0,
      dryRuns: 0,
      archived,
      failures,
      skipped: at % 7,
      restored: at % 11 === 0 ? 1 : 0,
    }
  })
}

const MB = 1024 * 1024

const sizes: readonly TierSize[] = [
  { day: addDays(DAY, -90), tier: 'active', tableBytes: 104 * MB, indexBytes: 31 * MB, rows: 58_210 },
  { day: addDays(DAY, -90), tier: 'archive', tableBytes: 1.2 * MB, indexBytes: 0.4 * MB, rows: 690 },
  { day: DAY, tier: 'active', tableBytes: 61 * MB, indexBytes: 25 * MB, rows: 21_930 },
  { day: DAY, tier: 'archive', tableBytes: 49 * MB, indexBytes: 8 * MB, rows: 37_400 },
]

const night = (ago: number, phase: ProbeNight['phase'], probe: string, p95Ms: number): ProbeNight => ({
  day: addDays(DAY, -ago),
  probe,
  phase,
  samples: 3,
  p50Ms: p95Ms * 0.7,
  p95Ms,
  buffers: 400,
})

const probes = (name: string): readonly ProbeNight[] => [
  night(90, 'before', name, 140),
  night(90, 'after', name, 60),
  night(0, 'before', name, 41),
  night(0, 'after', name, 9.4),
]

export function digestFacts(fields: Partial<DigestFacts> = {}, probe = 'top50_by_date'): DigestFacts {
  const digest = fields.digest ?? 'daily'
  const period = { daily: 30, weekly: 28, monthly: 92 }[digest]
  const since = { daily: '2026-11-30 05:00:00+00', weekly: '2026-11-24 05:30:00+00', monthly: '2026-11-01 06:00:00+00' }
  return {
    policy: 'nic-call-center',
    digest,
    bounds: { day: DAY, since: since[digest], until: '2026-12-01 05:00:00+00', late_hours: '0' },
    runs: [runRecord()],
    statistics: statisticsOf({
      policy: 'nic-call-center',
      zone: ZONE,
      today: DAY,
      period,
      days: days(period),
      totals: {
        runs: 412,
        archived: 7_490,
        restored: 8,
        failures: 3,
        quarantined: 1,
        holds: 6,
        firstRunAt: '2026-08-01 00:00:00+00',
        lastRunAt: '2026-12-01 00:00:00.1+00',
        lastSuccessAt: '2026-12-01 00:00:00.5+00',
      },
      timed: [400, 380, 520, 450].map((durationMs, at) => ({ run: 412 - at, durationMs, archived: 70 })),
      sizes,
      probes: probes(probe),
    }),
    missed: 0,
    causes: [],
    holds: { open: 6, set: 2, released: 1 },
    restored: { withinWeek: 1, withinMonth: 1, later: 2 },
    open: [],
    dueErasures: { overdue: 0, soon: 0 },
    retention: null,
    failingChannels: [],
    auditHead: 'a91e4c07d2b8 (entry 512)',
    ...fields,
  }
}

/** One message of every kind; `name` stands wherever a name that others chose may stand. */
export function everyMessage(name: string, voice: Voice = testVoice()): Readonly<Record<string, Message>> {
  const at = voice.instant('2026-12-01 00:00:00+00')
  const error = {
    code: 'plan_refused',
    message: `the plan of ${name} is refused:\n  ${name}: ${name}`,
    hint: name,
  } as const
  const bad = runRecord({
    policy: name,
    actor: name,
    status: 'failed',
    archived: 2000,
    batches: 2,
    failed: 1,
    kept: { [name]: 4 },
    stopReason: 'failed',
    error: `shapes_changed: ${name} was changed while the run went on`,
  })
  const open = [{ id: 1, kind: 'failed', incident: 'run', toldAt: '2026-11-30 00:00:01+00', repeats: 2 }] as const
  const facts = {
    policy: name,
    runs: [bad],
    causes: [{ code: name, count: 1 }],
    open,
    failingChannels: [{ channel: name, waiting: 1, givenUp: 0, problem: name }],
    auditHead: name,
  }
  return {
    failed: runMessage(voice, bad, [{ code: name, count: 1 }]),
    partial: runMessage(voice, { ...bad, status: 'partial', error: null }, [{ code: name, count: 1 }]),
    refused: refusedMessage(voice, {
      policy: name,
      kind: 'refused',
      error: { ...error, code: 'journal_outdated' },
      at,
    }),
    guard: refusedMessage(voice, { policy: name, kind: 'guard', error: { ...error, code: 'guard_exceeded' }, at }),
    drift: refusedMessage(voice, { policy: name, kind: 'drift', error, at }),
    missed: missedMessage(voice, { policy: name, slot: '2026-12-01 00:00:00+00', catchUp: true, at }),
    'policy-changed': policyChangedMessage(voice, {
      policy: name,
      run: 391,
      from: '9f3c',
      to: name,
      changes: [name],
      at,
    }),
    stage: stageMessage(voice, { policy: name, from: 'shadow', to: 'live', actor: name, at }),
    recovered: recoveredMessage(voice, { ...bad, status: 'success' }, open),
    daily: dailyMessage(voice, digestFacts(facts, name)),
    weekly: weeklyMessage(voice, digestFacts({ ...facts, digest: 'weekly' }, name)),
    monthly: monthlyMessage(voice, digestFacts({ ...facts, digest: 'monthly' }, name)),
  }
}

/** What a name may hold that somebody meant ill with, or just typed. */
export const POISON = [
  "=cmd|' /C calc'!A0",
  '<!channel> <@U123> <https://evil.example|click>',
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  'a\r\nBcc: victim@example.com\r\n\r\nbody',
  '[click](https://evil.example) <at>everyone</at> **bold**',
  '```\n</pre>" onmouseover="x" \u202Egnp.exe',
  'x'.repeat(5_000),
] as const
