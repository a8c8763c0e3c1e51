import type { ReactElement } from 'react'

export interface Bar {
  key: string
  /** Null: nothing was measured. */
  value: number | null
  label: string
}

/** Bars over time, oldest first. The figures are in the table beside it, so the picture is one image to a screen reader. */
export function Bars({ title, bars, most, from, to }: { title: string; bars: Bar[]; most: string; from: string; to: string }): ReactElement {
  const top = Math.max(1, ...bars.map(b => b.value ?? 0))
  const width = 600 / Math.max(bars.length, 1)
  return (
    <figure className="bars">
      <figcaption>{title}<span className="quiet">{most}</span></figcaption>
      <svg viewBox="0 0 600 120" preserveAspectRatio="none" role="img" aria-label={title}>
        <line x1="0" y1="119.5" x2="600" y2="119.5" className="axis" />
        {bars.map((b, i) => (b.value === null ? null : (
          <rect key={b.key} x={i * width + width * 0.1} width={width * 0.8} y={119 - (b.value / top) * 115} height={Math.max(1, (b.value / top) * 115)}>
            <title>{b.label}</title>
          </rect>
        )))}
      </svg>
      <div className="bars-ends quiet"><span>{from}</span><span>{to}</span></div>
    </figure>
  )
}
