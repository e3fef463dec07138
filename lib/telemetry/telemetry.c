/* SPDX-License-Identifier: BSD-3-Clause */
#include "telemetry/telemetry.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "base/log.h"
#include "telemetry/telemetry_internal.h"

/*
 * Readers are the callbacks; telemetry_stop() waits for them by taking it for writing, and not for
 * those that come later.
 */
static pthread_rwlock_t lock = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static const struct telemetry_source *current;

static json_t *
answer(const char *path, const char *params)
{
	json_t *reply = current->answer(current->context, path, params);
	size_t len = json_dumpb(reply, NULL, 0, JSON_COMPACT);

	if (reply == NULL || len <= TELEMETRY_REPLY_MAX)
		return reply;
	log_line(ERR, app, "%s: an answer of %zu octets does not fit", path, len);
	json_decref(reply);
	return json_pack("{s:s}", "error", "the answer is too long for this socket");
}

static int
callback(const char *path, const char *params, struct rte_tel_data *out)
{
	json_t *reply;
	int ret = -ENOTCONN;

	pthread_rwlock_rdlock(&lock);
	if (current == NULL)
		goto out;
	reply = answer(path, params == NULL ? "" : params);
	ret = reply == NULL ? -ENOMEM : telemetry_convert(reply, out);
	json_decref(reply);
	if (ret != 0)
		log_line(ERR, app, "%s: cannot be answered: %s", path, strerror(-ret));
out:
	pthread_rwlock_unlock(&lock);
	return ret;
}

void
telemetry_start(const struct telemetry_source *source)
{
	pthread_rwlock_wrlock(&lock);
	current = source;
	pthread_rwlock_unlock(&lock);
}

int
telemetry_register(const char *path, const char *help)
{
	return rte_telemetry_register_cmd(path, callback, help);
}

void
telemetry_stop(void)
{
	telemetry_start(NULL);
}
