// Instants are computed here and bound; the server must have come to the same ones, to the microsecond.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { daysBefore, instantText } from '../../src/core/instant.ts'
import { instantFor } from '../../src/sql/instant.sql.ts'
import { type Sql, sql } from '../../src/sql/tag.ts'
import { callCenter } from '../support/call-center.ts'
import { column } from '../support/shapes.ts'

const MOMENTS = [
  '2026-11-23 02:00:00+00',
  '2026-11-23 02:00:00.5+00',
  '2024-02-29 23:59:59.999999+00',
  '1970-01-02 00:00:00.000001+00',
]
const DAYS = [0, 60, 0.1, 1 / 3, -30, 36_500, 0.000001]

test('so many days before a moment are what the server makes of it', async (t) => {
  const { engine } = await callCenter(t)
  for (const moment of MOMENTS)
    for (const days of DAYS) {
      const theirs = sql<{ text: string }>`select
        (${moment}::timestamptz - pg_catalog.make_interval(secs => ${days * 86_400}::float8))::text as text`
      const { text } = await engine.database.one(theirs)
      assert.equal(instantText(daysBefore(moment, days)), text, `${moment} less ${days}`)
    }
})

test('an epoch is rounded to the side that keeps a comparison exact, as the server rounds it', async (t) => {
  const { engine } = await callCenter(t)
  const told = async (value: Sql) => (await engine.database.one(sql<{ n: string }>`select (${value})::text as n`)).n
  for (const moment of MOMENTS)
    for (const days of DAYS)
      for (const [operator, round] of [
        ['<', sql`ceil`],
        ['>=', sql`ceil`],
        ['>', sql`floor`],
        ['<=', sql`floor`],
      ] as const)
        for (const [unit, factor] of [
          ['epoch_ms', sql`1000`],
          ['epoch_s', sql`1`],
        ] as const) {
          const instant = daysBefore(moment, days)
          const ours = instantFor(column('at', 'bigint'), { unit, zone: null }, operator, instant)
          const theirs = sql`${round}(extract(epoch from ${instantText(instant)}::timestamptz) * ${factor})::bigint`
          assert.equal(await told(ours), await told(theirs), `${instantText(instant)} ${operator} ${unit}`)
        }
})
