import { raceMode } from './mode.ts'

raceMode('restrict')
