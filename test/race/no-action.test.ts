import { raceMode } from './mode.ts'

raceMode('no action')
