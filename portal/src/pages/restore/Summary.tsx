import { Field, Input, MessageBar, MessageBarBody } from '@fluentui/react-components'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { PointView } from '../../generated/api'
import { Worth } from '../../parts/Badges'
import { Marked } from '../../parts/Failure'
import { size, time } from '../../parts/format'
import type { Target } from './target'

/** Everything that will happen, before it does. */
export function Summary({ point, target, typed, onTyped }: { point: PointView; target: Target; typed: string; onTyped: (text: string) => void }): ReactElement {
  const { t } = useTranslation()
  const yes = (on: boolean) => (on ? t('answer.yes') : t('answer.no'))
  const wanted = target.disks.filter(d => d.wanted)
  const bytes = point.disks.filter(d => target.way !== 'disks' || wanted.some(w => w.disk === d.name)).reduce((sum, d) => sum + d.sizeBytes, 0)
  return (
    <div className="form">
      <dl>
        <dt>{t('points.point')}</dt><dd>{t('restore.point-of', { vm: point.vm, time: time(point.taken) })} <Worth consistency={point.consistency} /></dd>
        <dt>{t('restore.way')}</dt>
        <dd>{target.way === 'new-vm' ? t('restore.new-vm') : target.way === 'in-place' ? t('restore.in-place') : t('restore.disks')}</dd>
        {target.way === 'new-vm' ? (
          <>
            <dt>{t('restore.name')}</dt><dd>{target.name}</dd>
            <dt>{t('restore.folder')}</dt><dd><code>{target.folder}</code></dd>
            <dt>{t('restore.connected')}</dt><dd>{yes(target.connected)}</dd>
          </>
        ) : null}
        {target.way === 'in-place' ? <><dt>{t('restore.keep-old')}</dt><dd>{yes(target.keepOld)}</dd></> : null}
        {target.way === 'disks'
          ? wanted.map(d => <div key={d.disk} style={{ display: 'contents' }}><dt>{t('disk.disk')} <code>{d.disk}</code></dt><dd><code>{d.path}</code></dd></div>)
          : <><dt>{t('restore.start-vm')}</dt><dd>{yes(target.start)}</dd></>}
        <dt>{t('disk.size')}</dt><dd>{size(bytes)}</dd>
      </dl>
      {target.way !== 'disks' && point.leftOut.length > 0 ? (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            {t('restore.left-out')}
            <ul>{point.leftOut.map(l => <li key={l.name}><code>{l.name}</code> <Marked text={l.reason.message} /></li>)}</ul>
          </MessageBarBody>
        </MessageBar>
      ) : null}
      {target.way === 'in-place' ? (
        <>
          <MessageBar intent="warning" layout="multiline"><MessageBarBody>{t('restore.replaces', { vm: point.vm })}</MessageBarBody></MessageBar>
          <Field label={t('confirm.type', { word: point.vm })} required><Input value={typed} onChange={(_, d) => onTyped(d.value)} /></Field>
        </>
      ) : null}
    </div>
  )
}
