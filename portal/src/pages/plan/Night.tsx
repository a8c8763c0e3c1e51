import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { PlannedView } from '../../generated/api'
import { minute, number } from '../../parts/format'
import { loadOf, mostOf } from './load'

const width = 1000

/** VMs over time, a line each, host by host; under each host how many run at once, with its limit. The list beside it says the same in words. */
export function Night({ starts, from, hours, perHost }: { starts: PlannedView[]; from: Date; hours: number; perHost: number | null }): ReactElement {
  const { t } = useTranslation()
  const begin = Math.min(from.getTime(), ...starts.map(s => Date.parse(s.start)))
  const end = Math.max(from.getTime() + hours * 3_600_000, ...starts.map(s => Date.parse(s.start) + s.expectedMinutes * 60_000))
  const x = (at: number) => ((at - begin) / (end - begin)) * width
  const hosts = [...new Set(starts.map(s => s.host))]
  const refused = starts.filter(s => !s.fits).length
  return (
    <>
      <p className="legend">
        <span className="key planned" /> {t('night.fits')} <span className="key late" /> {t('night.late')} <span className="key refused" /> {t('night.no-room', { n: number(refused) })}
        <span className="key window" /> {t('night.window')}
      </p>
      {hosts.map(host => <Host key={host} host={host} starts={starts.filter(s => s.host === host)} x={x} perHost={perHost} />)}
      <div className="bars-ends quiet"><span>{minute(new Date(begin))}</span><span>{minute(new Date((begin + end) / 2))}</span><span>{minute(new Date(end))}</span></div>
    </>
  )
}

function Host({ host, starts, x, perHost }: { host: string; starts: PlannedView[]; x: (at: number) => number; perHost: number | null }): ReactElement {
  const { t } = useTranslation()
  // A VM keeps its line, so that one sees where in each window it lies.
  const order = [...starts].sort((a, b) => Date.parse(a.start) - Date.parse(b.start) || a.vm.localeCompare(b.vm))
  const lines = new Map<string, number>()
  for (const s of order) if (!lines.has(s.vmId)) lines.set(s.vmId, lines.size)
  const line = Math.min(14, Math.max(1, 420 / lines.size))
  const windows = [...new Map(starts.map(s => [`${s.windowOpens} ${s.windowCloses}`, s])).values()]
  const load = loadOf(starts.filter(s => s.fits))
  const most = mostOf(load)
  const top = Math.max(most, perHost ?? 0, 1)
  const y = (n: number) => 59 - (n / top) * 55
  const steps = load.map(l => `H ${x(l.at)} V ${y(l.running)}`).join(' ')
  const height = lines.size * line
  const told = perHost === null ? t('night.at-once', { n: number(most) }) : t('night.at-once-of', { n: number(most), limit: number(perHost) })
  return (
    <figure className="night">
      <figcaption><code>{host}</code><span className="quiet">{t('night.vms-on', { n: number(lines.size) })} · {told}</span></figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} style={{ height: Math.max(60, height) }} preserveAspectRatio="none" role="img" aria-label={t('night.picture-of', { host, n: number(lines.size) })}>
        {windows.map(w => <rect key={w.windowOpens + w.windowCloses} className="window" x={x(Date.parse(w.windowOpens))} width={Math.max(0, x(Date.parse(w.windowCloses)) - x(Date.parse(w.windowOpens)))} y={0} height={height} />)}
        {order.map(s => (
          <rect
            key={`${s.vmId} ${s.start} ${s.kind}`} className={!s.fits ? 'refused' : s.kind === 'scheduled' ? 'planned' : 'late'} y={(lines.get(s.vmId) ?? 0) * line} height={Math.max(1, line * 0.8)}
            x={x(Date.parse(s.start))} width={Math.max(2, x(Date.parse(s.start) + s.expectedMinutes * 60_000) - x(Date.parse(s.start)))}
          >
            <title>{`${s.vm}: ${minute(s.start)}`}</title>
          </rect>
        ))}
      </svg>
      <svg viewBox={`0 0 ${width} 60`} className="load" preserveAspectRatio="none" role="img" aria-label={told}>
        <path className="planned" d={`M 0 59 ${steps} V 59 Z`} />
        {perHost === null ? null : <line className="limit" x1={0} x2={width} y1={y(perHost)} y2={y(perHost)} />}
      </svg>
    </figure>
  )
}
