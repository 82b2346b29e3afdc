import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NoticeKind, OpenIncident } from '../core/notice.ts'
import { endedBy, refusalKind, stepOf } from './incident.ts'

const open = (kind: NoticeKind, incident: OpenIncident['incident'] = 'run'): OpenIncident => ({
  id: 1,
  kind,
  incident,
  toldAt: '2026-11-25 00:00:00+00',
  repeats: 0,
})

test('the first sign is told, the same again is counted, what is worse or something else is told', () => {
  assert.equal(stepOf(undefined, 'partial'), 'open')
  assert.equal(stepOf(open('partial'), 'partial'), 'repeat')
  assert.equal(stepOf(open('partial'), 'failed'), 'instead')
  assert.equal(stepOf(open('failed'), 'partial'), 'repeat')
  assert.equal(stepOf(open('guard', 'refused'), 'drift'), 'instead')
})

test('a run that went well ends everything; any other one ends that none began', () => {
  const all = [open('failed'), open('missed', 'missed'), open('guard', 'refused')]
  assert.deepEqual(endedBy('success', all), all)
  assert.deepEqual(
    endedBy('partial', all).map(({ incident }) => incident),
    ['missed', 'refused'],
  )
})

test('a run that does not begin because it must not is no incident', () => {
  assert.deepEqual(
    [
      'already_running',
      'slot_taken',
      'outside_window',
      'policy_paused',
      'guard_exceeded',
      'plan_refused',
      'fsync_off',
    ].map(refusalKind),
    [null, null, null, null, 'guard', 'drift', 'refused'],
  )
})
