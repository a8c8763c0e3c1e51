import { Button } from '@fluentui/react-components'
import { useState, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, may } from '../api/client'
import { useLive } from '../api/live'
import { useAsk } from '../api/useAsk'
import { PageLink } from '../app/router'
import type { PointView } from '../generated/api'
import { Worth } from '../parts/Badges'
import { Bars } from '../parts/Bars'
import { Marked } from '../parts/Failure'
import { day, duration, size, time } from '../parts/format'
import { Answer, Empty, Section } from '../parts/States'
import { Table } from '../parts/Table'

const step = 30

/** A VM's recovery points, newest first, and what each cost: time frozen, bytes stored. */
export function Points({ vm }: { vm: string }): ReactElement {
  const { t } = useTranslation()
  const [limit, setLimit] = useState(step)
  const asked = useAsk(`points ${vm} ${limit}`, signal => ask('listPoints', { vm, limit }, undefined, { signal }), true)
  useLive(asked.reload, n => n.kind === 'point' || n.kind === 'ended')
  return (
    <Section title={t('points.title')}>
      <Answer asked={asked}>
        {page => (page.items.length === 0 ? <Empty>{t('points.none')}</Empty> : (
          <>
            <Charts points={[...page.items].reverse()} />
            <PointTable points={page.items} />
            {page.next && limit < 1000 ? <div><Button onClick={() => setLimit(Math.min(1000, limit * 2))}>{t('action.more')}</Button></div> : null}
          </>
        ))}
      </Answer>
    </Section>
  )
}

function Charts({ points }: { points: PointView[] }): ReactElement | null {
  const { t } = useTranslation()
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last || points.length < 2) return null
  const frozen = Math.max(0, ...points.map(p => p.frozenMs ?? 0))
  const stored = Math.max(0, ...points.map(p => p.bytesStored))
  return (
    <div className="two">
      <Bars
        title={t('points.frozen-chart')} most={t('points.most', { value: duration(frozen) })} from={day(first.taken)} to={day(last.taken)}
        bars={points.map(p => ({ key: p.id, value: p.frozenMs, label: `${time(p.taken)}: ${p.frozenMs === null ? t('points.not-frozen') : duration(p.frozenMs)}` }))}
      />
      <Bars
        title={t('points.stored-chart')} most={t('points.most', { value: size(stored) })} from={day(first.taken)} to={day(last.taken)}
        bars={points.map(p => ({ key: p.id, value: p.bytesStored, label: `${time(p.taken)}: ${size(p.bytesStored)}` }))}
      />
    </div>
  )
}

function PointTable({ points }: { points: PointView[] }): ReactElement {
  const { t } = useTranslation()
  return (
    <Table
      label={t('points.title')} rows={points} id={p => p.id}
      columns={[
        { key: 'taken', title: t('points.taken'), cell: p => time(p.taken) },
        {
          key: 'worth', title: t('points.consistency'),
          cell: p => <><Worth consistency={p.consistency} />{p.reason ? <div className="quiet wide"><Marked text={p.reason.message} /></div> : null}</>,
        },
        { key: 'frozen', title: t('points.frozen'), wide: true, number: true, cell: p => (p.frozenMs === null ? t('points.not-frozen') : duration(p.frozenMs)) },
        { key: 'read', title: t('points.read'), wide: true, number: true, cell: p => size(p.bytesRead) },
        { key: 'stored', title: t('points.stored'), wide: true, number: true, cell: p => size(p.bytesStored) },
        ...(may('operator') ? [{ key: 'restore', title: t('points.restore'), cell: (p: PointView) => <PageLink href={`/restore?point=${p.id}`} aria-label={t('points.restore-this', { time: time(p.taken) })}>{t('vm.restore')}</PageLink> }] : []),
      ]}
    />
  )
}
