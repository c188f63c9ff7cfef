{{/* Name of the release's objects. */}}
{{- define "telemetry-operator.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "telemetry-operator.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (include "telemetry-operator.fullname" .) -}}
{{- end -}}

{{/* What tells the operator's pods apart; a Deployment's can never change. */}}
{{- define "telemetry-operator.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "telemetry-operator.labels" -}}
{{ include "telemetry-operator.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* Reference of an image: (dict "image" {repository, tag, digest} "tag" the tag where it has none). */}}
{{- define "telemetry-operator.image" -}}
{{- if .image.digest -}}
{{- printf "%s@%s" .image.repository .image.digest -}}
{{- else -}}
{{- printf "%s:%s" .image.repository (.image.tag | default .tag) -}}
{{- end -}}
{{- end -}}

{{- define "telemetry-operator.operatorImage" -}}
{{- include "telemetry-operator.image" (dict "image" .Values.image "tag" .Chart.AppVersion) -}}
{{- end -}}

{{/* PriorityClass of compared platforms' pods; empty where there is none. */}}
{{- define "telemetry-operator.comparedClass" -}}
{{- if .Values.comparisons.priorityClassName -}}
{{- .Values.comparisons.priorityClassName -}}
{{- else if not .Values.watch.namespaces -}}
{{- /* Releases of one name in two namespaces must not share it. */ -}}
{{- printf "%s-%s-compared" .Release.Namespace (include "telemetry-operator.fullname" .) -}}
{{- end -}}
{{- end -}}

{{- define "telemetry-operator.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "telemetry-operator.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}
