import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '../../src/core/errors/index.ts'
import type { ArchiveEvent } from '../../src/core/event.ts'
import { openFleet } from '../../src/fleet.ts'
import { createScheduler } from '../../src/jobs/schedule.ts'
import { createWorker } from '../../src/jobs/worker.ts'
import { callCenter } from '../support/call-center.ts'
import { eventually } from '../support/eventually.ts'
import { program } from '../support/program.ts'

const SCHEDULE = { cron: '0 2 * * *', zone: 'Africa/Johannesburg', stage: 'live' } as const

test('one service serves several databases, each with its own journal; one that is away holds up no other', async (t) => {
  const [east, west] = [
    await callCenter(t, { policy: { guard: 1, schedule: SCHEDULE } }),
    await callCenter(t, { policy: { guard: 1, schedule: SCHEDULE } }),
  ]
  for (const { customer, db, policy } of [east, west]) {
    await customer(90)
    await db.query(
      "insert into mothball.schedule (policy, cron, zone, seen_until) values ($1, $2, $3, now() - interval '1 day')",
      [policy.name, SCHEDULE.cron, SCHEDULE.zone],
    )
  }
  const away = new URL(east.db.url)
  away.port = '1'
  const databases = [
    { name: 'away', url: away.href },
    { name: 'east', url: east.db.url },
    { name: 'west', url: west.db.url },
  ]
  const ended: string[] = []
  const troubled = new Set<string>()
  const emit = (database: string, event: ArchiveEvent) => {
    if (event.kind === 'run-ended') ended.push(database)
  }
  const onTrouble = (database: string) => void troubled.add(database)
  await using fleet = openFleet({ databases, policies: [east.policy] }, { emit, onTrouble })
  const services = [
    createWorker({ stations: fleet.stations, onTrouble }),
    createScheduler({ stations: fleet.stations, onTrouble, everyMs: 100 }),
  ]
  for (const service of services) service.start()
  await eventually('both have run', () => ended.length === 2)
  await Promise.all(services.map((service) => service.stop()))

  assert.deepEqual(ended.toSorted(), ['east', 'west'])
  assert.deepEqual([...troubled], ['away'])
  const groups = await Promise.all(
    [east, west].map(({ db }) => db.query('select group_id, archived, actor from mothball.run')),
  )
  assert.deepEqual(groups[0], groups[1])
  assert.deepEqual(
    groups.flat().map(({ archived, actor }) => [archived, actor]),
    [
      ['1', 'schedule'],
      ['1', 'schedule'],
    ],
  )
})

test('a service whose people cannot be told says why, under the name of the database', async (t) => {
  const { policy } = await callCenter(t)
  const troubles: unknown[] = []
  const onTrouble = (database: string, error: unknown) => {
    if (hasCode(error, 'not_told')) troubles.push([database, error.facts['code'], error.exit])
  }
  const databases = [{ name: 'away', url: 'postgresql://127.0.0.1:1/nowhere' }]
  await using _fleet = openFleet({ databases, policies: [policy] }, { emit: () => undefined, onTrouble })
  await eventually('it is said', () => troubles.length > 0)
  assert.deepEqual(troubles[0], ['away', 'database_unreachable', 1])
})

test('a command works on the database that is named, and asks for the name where there are several', async (t) => {
  const [east, west] = [await callCenter(t), await callCenter(t)]
  await east.customer(90)
  const config = {
    databases: { east: { url: east.db.url }, west: { url: west.db.url } },
    policies: [{ preset: 'nic-call-center' }],
  }
  const mothball = program(t, east.db, config)
  const [inEast, inWest, unnamed, unknown] = await Promise.all([
    mothball.json('plan', '--database', 'east'),
    mothball.json('plan', '--database', 'west'),
    mothball.json('plan'),
    mothball.json('plan', '--database', 'north'),
  ])
  assert.deepEqual([inEast.last['eligible'], inWest.last['eligible']], [1, 0])
  assert.deepEqual([unnamed.last['code'], unknown.last['code']], ['database_ambiguous', 'database_unknown'])
})
