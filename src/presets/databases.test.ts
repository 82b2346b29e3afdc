import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '../core/errors/index.ts'
import { isProblems } from '../core/policy-schema.ts'
import { chooseDatabase, databasesProblems, onlyDatabase } from './databases.ts'
import { parseDocument } from './document.ts'

const EAST = { name: 'east', url: 'postgresql://h/east' }
const WEST = { name: 'west', url: 'postgresql://h/west' }

test('a service works on all databases, a command on the one that is chosen', () => {
  assert.deepEqual(chooseDatabase([EAST, WEST], undefined), {
    databases: [EAST, WEST],
    database: { url: null, choices: ['east', 'west'] },
  })
  assert.deepEqual(chooseDatabase([EAST, WEST], 'west').databases, [WEST])
  assert.equal(chooseDatabase([EAST], undefined).database.url, EAST.url)
  assert.throws(
    () => chooseDatabase([EAST], 'north'),
    (error) => hasCode(error, 'database_unknown'),
  )
  assert.deepEqual(onlyDatabase(null).databases, [])
})

test('databases beside database, none at all, and a wrong address are each named', () => {
  const wrong = () => 'is wrong'
  assert.deepEqual(
    databasesProblems({ database: {}, databases: { east: EAST } }, () => null).map(({ field }) => field),
    ['databases'],
  )
  assert.deepEqual(databasesProblems({ databases: {} }, wrong), [{ field: 'databases', problem: 'names no database' }])
  assert.deepEqual(databasesProblems({ databases: { east: EAST } }, wrong), [
    { field: 'databases.east.url', problem: 'is wrong' },
  ])
})

/** The schedule that comes of the preset with these fields; the problems where it does not parse. */
function scheduleOf(fields: object): unknown {
  const document = parseDocument({ policies: [{ preset: 'nic-call-center', ...fields }] })
  return isProblems(document) ? document.map(({ field }) => field) : document.policies[0]?.policy.schedule
}

test('the call center runs daily at two in its own zone, beginning with dry runs; each field can be another', () => {
  const nightly = { cron: '0 2 * * *', zone: 'Africa/Johannesburg', catchUp: 'once', stage: 'shadow' }
  assert.deepEqual(scheduleOf({}), nightly)
  assert.deepEqual(scheduleOf({ schedule: { zone: 'Europe/Berlin' } }), { ...nightly, zone: 'Europe/Berlin' })
  assert.deepEqual(scheduleOf({ schedule: { cron: '0 0 2 * * *' } }), ['policies[0].schedule.cron'])
  assert.deepEqual(scheduleOf({ schedule: { zone: '+02:00' } }), ['policies[0].schedule.zone'])
  assert.equal(scheduleOf({ schedule: null }), null)
})
