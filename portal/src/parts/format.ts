import i18next from 'i18next'

const french = () => i18next.language === 'fr'

/** As Stillpoint.Texts writes sizes: three digits, binary units. */
export function size(bytes: number): string {
  const units = french() ? ['o', 'Kio', 'Mio', 'Gio', 'Tio', 'Pio'] : ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${number(value, digits)} ${units[unit]}`
}

export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(i18next.language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value)
}

export function percent(share: number): string {
  return new Intl.NumberFormat(i18next.language, { style: 'percent', maximumFractionDigits: 0 }).format(share)
}

export function time(at: string | Date): string {
  return new Intl.DateTimeFormat(i18next.language, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(at))
}

/** For lists, where the second is of no use. */
export function minute(at: string | Date): string {
  return new Intl.DateTimeFormat(i18next.language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at))
}

export function day(at: string | Date): string {
  return new Intl.DateTimeFormat(i18next.language, { month: 'short', day: 'numeric' }).format(new Date(at))
}

/** In a language's own short units, the two largest that matter. */
export function duration(ms: number): string {
  const unit = (value: number, name: string, digits = 0) =>
    new Intl.NumberFormat(i18next.language, { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: digits }).format(value)
  if (ms < 1000) return unit(Math.round(ms), 'millisecond')
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return unit(ms / 1000, 'second', 1)
  if (seconds < 3600) return `${unit(Math.floor(seconds / 60), 'minute')} ${unit(seconds % 60, 'second')}`
  const minutes = Math.round(seconds / 60)
  if (minutes < 1440) return `${unit(Math.floor(minutes / 60), 'hour')} ${unit(minutes % 60, 'minute')}`
  const days = unit(Math.floor(minutes / 1440), 'day')
  const hours = Math.floor((minutes % 1440) / 60)
  return hours === 0 ? days : `${days} ${unit(hours, 'hour')}`
}

/** How long ago, in words. */
export function ago(at: string, now: number): string {
  const seconds = (Date.parse(at) - now) / 1000
  const relative = new Intl.RelativeTimeFormat(i18next.language, { numeric: 'auto' })
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [['day', 86400], ['hour', 3600], ['minute', 60]]
  for (const [unit, length] of steps) if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit)
  return relative.format(Math.trunc(seconds), 'second')
}
