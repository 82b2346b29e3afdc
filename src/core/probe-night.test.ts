import assert from 'node:assert/strict'
import { test } from 'node:test'
import { probeNights } from './probe-night.ts'

test('timings of a day are one sample, whatever their order; each probe and phase has its own', () => {
  const day = '2026-11-25'
  const nights = probeNights([
    { day: '2026-11-26', probe: 'newest', phase: 'after', durationsMs: [9], buffers: null },
    { day, probe: 'newest', phase: 'after', durationsMs: [3, 1], buffers: 10 },
    { day, probe: 'newest', phase: 'before', durationsMs: [40], buffers: 100 },
    { day, probe: 'newest', phase: 'after', durationsMs: [2], buffers: 21 },
    { day, probe: 'fifty', phase: 'after', durationsMs: [], buffers: 7 },
  ])
  const words = nights.map(({ day: at, phase, samples, p50Ms, buffers }) => [at, phase, samples, p50Ms, buffers])
  assert.deepEqual(words, [
    [day, 'before', 1, 40, 100],
    [day, 'after', 3, 2, 16],
    ['2026-11-26', 'after', 1, 9, null],
  ])
  assert.ok(Math.abs((nights[1]?.p95Ms ?? 0) - 2.9) < 1e-9)
})
