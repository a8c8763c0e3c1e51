import { Badge } from '@fluentui/react-components'
import {
  CheckmarkCircleRegular, CircleRegular, DismissCircleRegular, PauseCircleRegular, ProhibitedRegular, SpinnerIosRegular, WarningRegular,
} from '@fluentui/react-icons'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { word } from '../texts'

type Color = 'success' | 'warning' | 'danger' | 'informative' | 'brand' | 'subtle'

/** Never by colour alone: each has its sign and its word. */
const jobs: Record<string, [Color, ReactElement]> = {
  running: ['brand', <SpinnerIosRegular key="r" />],
  completed: ['success', <CheckmarkCircleRegular key="c" />],
  'completed-with-warnings': ['warning', <WarningRegular key="w" />],
  failed: ['danger', <DismissCircleRegular key="f" />],
  cancelled: ['informative', <ProhibitedRegular key="x" />],
}

const powers: Record<string, [Color, ReactElement]> = {
  running: ['success', <CheckmarkCircleRegular key="r" />],
  crashed: ['danger', <DismissCircleRegular key="c" />],
  paused: ['warning', <PauseCircleRegular key="p" />],
}

const worths: Record<string, [Color, ReactElement]> = {
  application: ['success', <CheckmarkCircleRegular key="a" />],
  'file-system': ['success', <CheckmarkCircleRegular key="f" />],
  crash: ['warning', <WarningRegular key="c" />],
}

function Sign({ of, kind, code }: { of: Record<string, [Color, ReactElement]>; kind: string; code: string }): ReactElement {
  const [color, icon] = of[code] ?? ['informative', <CircleRegular key="o" />]
  return <Badge appearance="tint" color={color} icon={icon} className="sign">{word(kind, code)}</Badge>
}

export const JobState = ({ state }: { state: string }): ReactElement => <Sign of={jobs} kind="job-state" code={state} />
/** In a list there is no room for what else is to be said of a VM that is gone. */
export function Power({ state }: { state: string }): ReactElement {
  const { t } = useTranslation()
  return state === 'gone' ? <Badge appearance="tint" color="informative" icon={<CircleRegular />} className="sign">{t('vms.gone')}</Badge> : <Sign of={powers} kind="power" code={state} />
}
export const Worth = ({ consistency }: { consistency: string }): ReactElement => <Sign of={worths} kind="consistency" code={consistency} />
