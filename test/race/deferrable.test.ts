import { raceMode } from './mode.ts'

raceMode('deferrable')
