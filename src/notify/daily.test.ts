// The verdict of a day: from counts, never from silence.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestFacts, runRecord, testVoice } from '../../test/support/told.ts'
import type { RunRecord } from '../core/history.ts'
import { dailyMessage } from './daily.ts'

const day = (runs: readonly RunRecord[], missed = 0) => dailyMessage(testVoice(), digestFacts({ runs, missed }))
const good = runRecord()
const partial = runRecord({ run: 389, status: 'partial', archived: 70, failed: 1 })
const failed = runRecord({ run: 388, status: 'failed', archived: 0, failed: 0, error: 'connection_lost: x' })

test('a good day is told by its counts, in one line', () => {
  assert.equal(day([good]).subject, 'OK nic-call-center: 73 archived, 0 failed, Tue 1 Dec')
  assert.deepEqual([day([good]).tone, day([good]).next], ['good', []])
})

test('some left behind is partial, also where a later run had nothing to complain of', () => {
  assert.equal(day([partial]).verdict, 'PARTIAL')
  assert.equal(day([good, partial]).verdict, 'PARTIAL')
  assert.equal(day([good, partial]).subject, 'PARTIAL nic-call-center: 143 archived, 1 failed, Tue 1 Dec')
})

test('the last run decides on failed; one that failed before a good one is mentioned', () => {
  assert.equal(day([failed, good]).verdict, 'FAILED')
  const mended = day([good, failed])
  assert.deepEqual(
    [mended.verdict, mended.tone, mended.means],
    ['OK', 'warning', 'A run failed, and a later one went well.'],
  )
})

test('silence is no success', () => {
  assert.deepEqual([day([]).verdict, day([]).tone], ['NO RUN', 'warning'])
  assert.deepEqual([day([], 1).verdict, day([], 1).tone], ['MISSED', 'bad'])
  const dry = runRecord({ dryRun: true, archived: 0 })
  assert.equal(day([dry]).subject, 'DRY RUN nic-call-center: 73 would be archived, Tue 1 Dec')
})

test('a title goes before everything, so that a trial is not taken for the real thing', () => {
  const message = dailyMessage(testVoice({ title: 'TRIAL' }), digestFacts())
  assert.match(message.subject, /^\[TRIAL\] OK /)
})
