#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fills in templates from the environment: a server's configuration, and the page's own.
set -e

find /etc/nginx/templates -name '*.template' | while read -r template; do
	name=$(basename "$template" .template)
	# shellcheck disable=SC2016
	envsubst '$SERVER_NAME' <"$template" >"/etc/nginx/conf.d/$name"
done
# shellcheck disable=SC2016
envsubst '$API_URL' </usr/share/nginx/config.js.template >/usr/share/nginx/html/config.js
