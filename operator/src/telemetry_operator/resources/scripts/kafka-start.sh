# Formats the volume before the first start and becomes the broker. What is set for the broker alone is set here, not in
# the pod's environment, which tools that are run in the pod have as well: a second heap of this size would not fit.
set -eu
export NODE_NAME="$HOSTNAME" NODE_ID="${HOSTNAME##*-}"
# As they stand between quotes in the configuration of the logins.
quoted() { printf %s "$1" | sed 's/[\\"]/\\&/g'; }
CLIENT_PASSWORD=$(quoted "$CLIENT_PASSWORD")
BROKER_PASSWORD=$(quoted "$BROKER_PASSWORD")
configuration=/etc/telemetry/server/server.properties
/opt/kafka/bin/kafka-storage.sh format --ignore-formatted --cluster-id "$CLUSTER_ID" --config $configuration
export KAFKA_HEAP_OPTS="$JVM_OPTIONS"
export KAFKA_LOG4J_OPTS=-Dlog4j2.configurationFile=/etc/telemetry/server/log4j2.yaml
export EXTRA_ARGS='-name kafkaServer'
exec /opt/kafka/bin/kafka-server-start.sh $configuration
