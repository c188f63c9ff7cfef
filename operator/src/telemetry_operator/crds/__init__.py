"""The custom resource definitions, made from the models: schema, rules in CEL, printer columns."""
