/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Threads that write as the control lcore, the manager and the workers do, while ten clients of the
 * telemetry socket and two of the control socket ask for everything. Each answer must be of one
 * moment: what is published together is seen together.
 */
#include <err.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "control_socket.h"
#include "endpoint_telemetry.h"
#include "full_runtime.h"
#include "stub_executor.h"
#include "suite.h"
#include "telemetry_client.h"

#define TELEMETRY_CLIENTS 10
#define CONTROL_CLIENTS 2
#define WORKERS 2
#define SECONDS 3
/* A busy machine takes longer over as much. */
#define SECONDS_MAX 90
#define ENOUGH 200

static struct runtime *r;
static struct control_socket *control;
static struct stub_executor executor;
static char dir[] = "/tmp/koi-race-XXXXXX";
static char path[sizeof(dir) + sizeof("/control")];
static _Atomic bool stop;
static _Atomic bool clients_are_gone;
static _Atomic unsigned long published;
static _Atomic unsigned long answered;
static _Atomic unsigned long torn;

static const struct {
	const char *path, *params;
} questions[] = {
	{ "/carp/list", "4000" }, { "/carp/table", "" }, { "/carp/vhid", FULL_VHID },
	{ "/carp/stats", "" }, { "/carp/stats", FULL_VHID }, { "/carp/demotion", "" },
	{ "/carp/events", "" }, { "/carp/settings", "" }, { "/interface/list", "" },
	{ "/interface/table", "" }, { "/interface/info", FULL_INTERFACE },
	{ "/neigh/table", FULL_INTERFACE ",16300" }, { "/neigh/stats", "" }, { "/worker/stats", "" },
	{ "/koi/health", "" },
};

/* ------------------------------------------------------------------------------------------- */
/* Writers                                                                                      */
/* ------------------------------------------------------------------------------------------- */

static void *
run_control(void *arg)
{
	struct neigh_sighting seen = { .addr.family = IP_V4 };
	struct neigh_action actions[16 * NEIGH_ACTIONS_EACH];
	unsigned int done;

	for (unsigned int n = 1; !atomic_load(&stop); n++) {
		full_runtime_publish(r, n % 2 == 0 ? 254 : n % FULL_VHIDS, n);
		counter_add(&r->events_lost, 1);
		/* New ones drive old ones out, old ones get new MACs. */
		seen.addr = ip_addr_from_v4_be(n % 20000);
		memcpy(seen.mac, &n, sizeof(n));
		seen.seen_us = clock_us();
		neigh_learn(r->neighbours, &seen);
		neigh_run(r->neighbours, clock_us(), 16, actions, &done);
		atomic_store(&r->port[n % FULL_INTERFACES].injector, n % WORKERS);
		atomic_fetch_add(&published, 1);
	}
	return arg;
}

static void *
run_manager(void *arg)
{
	struct event e = { .type = EVENT_LINK };
	struct pollfd ready = { .fd = control_socket_fd(control), .events = POLLIN };

	/* It serves clients, so it outlives them. */
	while (!atomic_load(&clients_are_gone)) {
		poll(&ready, 1, 1);
		control_socket_serve(control);
		e.subject = (e.subject + 1) % FULL_INTERFACES;
		e.link.is_up = !e.link.is_up;
		event_history_add(r->history, &e, "");
		atomic_store(&r->port[e.subject].link,
			     link_pack((struct port_link){ .is_up = e.link.is_up }));
	}
	return arg;
}

static void *
run_worker(void *arg)
{
	struct worker *w = arg;
	struct worker_interface *wi = w->interface[0];

	while (!atomic_load(&stop)) {
		atomic_store_explicit(&w->turn_tsc, rte_rdtsc(), memory_order_relaxed);
		counter_add(&w->turns, 1);
		counter_add(&w->packets, 1);
		counter_add(&w->busy_cycles, 1);
		for (unsigned int c = 0; c < LINK_COUNTERS; c++)
			counter_add(&wi->link[c], 1);
		for (unsigned int c = 0; c < CARP_COUNTERS; c++)
			counter_add(&wi->carp[c], 1);
		for (unsigned int c = 0; c < ARP_COUNTERS; c++)
			counter_add(&wi->arp.counter[c], 1);
		for (unsigned int c = 0; c < FWD_COUNTERS; c++)
			counter_add(&wi->fwd.counter[c], 1);
	}
	return arg;
}

/* ------------------------------------------------------------------------------------------- */
/* Readers                                                                                      */
/* ------------------------------------------------------------------------------------------- */

static bool
is_sum_right(const json_t *demotion)
{
	const json_t *causes = json_object_get(demotion, "causes");
	json_int_t first = json_integer_value(
		json_object_get(json_object_get(causes, "0"), "value"));

	return json_integer_value(json_object_get(demotion, "sum")) == first * CARP_CAUSES_MAX;
}

static bool
are_counters_equal(const json_t *stats)
{
	json_int_t first = json_integer_value(json_object_get(stats, carp_counter_name(0)));

	for (unsigned int c = 0; c < CARP_COUNTERS; c++) {
		if (json_integer_value(json_object_get(stats, carp_counter_name(c))) != first)
			return false;
	}
	return true;
}

/* Of one moment, as far as the answer shows. */
static bool
is_whole(size_t question, const json_t *answer)
{
	if (!json_is_object(answer) || json_object_get(answer, "error") != NULL)
		return false;
	if (strcmp(questions[question].path, "/carp/demotion") == 0)
		return is_sum_right(answer);
	if (strcmp(questions[question].path, "/carp/stats") == 0 &&
	    questions[question].params[0] != '\0')
		return are_counters_equal(answer);
	return true;
}

static void
judge(size_t question, json_t *answer)
{
	if (!is_whole(question, answer)) {
		atomic_fetch_add(&torn, 1);
		fprintf(stderr, "not whole: %s\n", questions[question].path);
	}
	atomic_fetch_add(&answered, 1);
	json_decref(answer);
}

static void *
run_telemetry_client(void *arg)
{
	int fd = telemetry_client_connect();

	for (size_t i = 0; !atomic_load(&stop); i = (i + 1) % SUITE_LEN(questions))
		judge(i, telemetry_client_ask(fd, questions[i].path, questions[i].params, NULL));
	close(fd);
	return arg;
}

static json_t *
ask_control(FILE *to, FILE *from, size_t question)
{
	char *line = NULL;
	size_t room = 0;
	json_t *reply, *result;

	fprintf(to, "{\"version\":1,\"query\":\"%s\",\"params\":\"%s\"}\n",
		questions[question].path, questions[question].params);
	fflush(to);
	if (getline(&line, &room, from) < 0)
		err(1, "control socket");
	reply = json_loads(line, 0, NULL);
	result = json_incref(json_object_get(reply, "result"));
	json_decref(reply);
	free(line);
	return result;
}

static void *
run_control_client(void *arg)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	FILE *to, *from;

	strcpy(address.sun_path, path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		err(1, "%s", path);
	to = fdopen(dup(fd), "w");
	from = fdopen(fd, "r");
	for (size_t i = 0; !atomic_load(&stop); i = (i + 1) % SUITE_LEN(questions))
		judge(i, ask_control(to, from, i));
	fclose(to);
	fclose(from);
	return arg;
}

/* ------------------------------------------------------------------------------------------- */
/* The run                                                                                      */
/* ------------------------------------------------------------------------------------------- */

static void
start(pthread_t *thread, void *(*run)(void *), void *arg)
{
	if (pthread_create(thread, NULL, run, arg) != 0)
		errx(1, "no thread");
}

static bool
is_enough(void)
{
	return atomic_load(&published) >= ENOUGH && atomic_load(&answered) >= ENOUGH;
}

static void
run_all(void)
{
	pthread_t client[TELEMETRY_CLIENTS + CONTROL_CLIENTS], writer[2 + WORKERS];

	start(&writer[0], run_control, NULL);
	start(&writer[1], run_manager, NULL);
	for (int i = 0; i < WORKERS; i++)
		start(&writer[2 + i], run_worker, &r->worker[i]);
	for (int i = 0; i < TELEMETRY_CLIENTS; i++)
		start(&client[i], run_telemetry_client, NULL);
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		start(&client[TELEMETRY_CLIENTS + i], run_control_client, NULL);
	for (int i = 0; i < SECONDS || (i < SECONDS_MAX && !is_enough()); i++)
		sleep(1);
	atomic_store(&stop, true);
	for (size_t i = 0; i < SUITE_LEN(client); i++)
		pthread_join(client[i], NULL);
	atomic_store(&clients_are_gone, true);
	for (int i = 0; i < 2 + WORKERS; i++)
		pthread_join(writer[i], NULL);
}

int
main(int argc, char **argv)
{
	(void)argc;
	full_runtime_eal(argv[0]);
	r = full_runtime_create();
	if (mkdtemp(dir) == NULL)
		err(1, "mkdtemp");
	snprintf(path, sizeof(path), "%s/control", dir);
	stub_executor_init(&executor);
	control = control_socket_create_at(r, &executor.executor, path);
	if (control == NULL || endpoint_telemetry_start(r) != 0)
		return 1;
	run_all();
	endpoint_telemetry_stop();
	control_socket_destroy(control);
	rmdir(dir);
	full_runtime_destroy(r);
	printf("%lu changes, %lu answers, %lu of them not whole\n", published, answered, torn);
	return is_enough() && torn == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
