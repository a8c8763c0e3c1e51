import type { PolicyRetention } from '../../generated/api'
import { duration, number } from '../../parts/format'

type Say = (key: string, values?: Record<string, string>) => string

/** [d.]hh:mm:ss as milliseconds; NaN: it is not of that form. */
export function spanMs(text: string): number {
  const found = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})/.exec(text)
  if (!found) return NaN
  const [, days, hours, minutes, seconds] = found
  return ((Number(days ?? 0) * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1000
}

export function spanOfHours(hours: number): string {
  const whole = Math.floor(hours)
  const minutes = Math.round((hours - whole) * 60)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${Math.floor(whole / 24)}.${two(whole % 24)}:${two(minutes)}:00`
}

export const spanText = (text: string): string => (Number.isNaN(spanMs(text)) ? text : duration(spanMs(text)))

export const keepNames = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const

/** As in a form. */
export function keepLabel(t: Say, name: (typeof keepNames)[number]): string {
  switch (name) {
    case 'last': return t('policies.keep-last')
    case 'hourly': return t('policies.keep-hourly')
    case 'daily': return t('policies.keep-daily')
    case 'weekly': return t('policies.keep-weekly')
    case 'monthly': return t('policies.keep-monthly')
    case 'yearly': return t('policies.keep-yearly')
  }
}

export function keepsText(t: Say, retention: PolicyRetention | null | undefined): string {
  const kept = keepNames.filter(n => (retention?.[n] ?? 0) > 0)
  return kept.length === 0 ? t('policies.keeps-all') : kept.map(n => `${keepLabel(t, n)}: ${number(retention?.[n] ?? 0)}`).join(' · ')
}
