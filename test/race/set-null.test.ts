import { raceMode } from './mode.ts'

raceMode('set null')
