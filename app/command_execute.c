/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <inttypes.h>

#include "change.h"
#include "command.h"
#include "election.h"

static void
set_vhid(struct runtime *r, struct command *c, uint64_t now_us)
{
	election_apply(r, c->target, c->config, c->change, false, now_us);
	command_end(c, 0, "%s", "");
}

/* Why a vhid is in INIT. */
static const char *
obstacle(const struct runtime *r, const struct koi_vhid *v)
{
	if (!v->config->up)
		return "it is administratively down";
	if (!carp_node_settings(r->node)->allow)
		return "carp.allow is off";
	if (!carp_interface_link(v->interface->carp))
		return "its interface is down";
	return "it has not left INIT yet";
}

static void
force_role(struct runtime *r, struct command *c, uint64_t now_us)
{
	if (election_force(r, c->target, c->vhid.role, now_us) == 0)
		command_end(c, 0, "%s", "");
	else
		command_end(c, -ENETDOWN, "%s cannot be %s: %s", c->target->name,
			    carp_state_name(c->vhid.role), obstacle(r, c->target));
}

static void
forget_counters(struct runtime *r, struct command *c, uint64_t now_us)
{
	if (c->target->config->replay == CARP_REPLAY_OFF) {
		command_end(c, -EINVAL, "%s: replay is off: there is nothing to forget",
			    c->target->name);
		return;
	}
	election_forget(r, c->target, now_us);
	command_end(c, 0, "the next advertisement of each peer is taken, whatever its counter");
}

static void
tell_sum(const struct runtime *r, struct command *c)
{
	command_end(c, 0, "demotion is %" PRId32, carp_node_demotion(r->node));
}

static void
set_cause(struct runtime *r, struct command *c, uint64_t now_us)
{
	int rc = carp_node_cause_set(r->node, c->demotion.name, c->demotion.value,
				     c->demotion.for_s * UINT64_C(1000000), now_us);

	if (rc == 0)
		tell_sum(r, c);
	else if (rc == -ENOSPC)
		command_end(c, rc, "there are %d causes already", CARP_CAUSES_MAX);
	else
		command_end(c, rc, "\"%s\" is no name for a cause", c->demotion.name);
}

static void
demote(struct runtime *r, struct command *c, uint64_t now_us)
{
	int rc = carp_node_demote(r->node, c->demotion.add, now_us);

	if (rc == 0)
		tell_sum(r, c);
	else
		command_end(c, rc, "there are %d causes already", CARP_CAUSES_MAX);
}

static void
set_settings(struct runtime *r, struct command *c, uint64_t now_us)
{
	struct carp_settings settings = *carp_node_settings(r->node);

	if (c->set.allow.is_given)
		settings.allow = c->set.allow.value;
	if (c->set.preempt.is_given)
		settings.preempt = c->set.preempt.value;
	if (c->set.allow.is_given || c->set.preempt.is_given)
		carp_node_set(r->node, &settings, now_us);
	change_publish_settings(r, c->set.log.is_given ? c->set.log.value : r->in_force.log);
	command_end(c, 0, "%s", "");
}

static void
set_maintenance(struct runtime *r, struct command *c, uint64_t now_us)
{
	c->maintenance.was_on = carp_node_maintenance(r->node);
	carp_node_set_maintenance(r->node, c->maintenance.is_on && !c->maintenance.is_undone, now_us);
	command_end(c, 0, "%s", "");
}

void
command_execute(struct runtime *r, struct command *c, uint64_t now_us)
{
	switch (c->type) {
	case COMMAND_VHID_SET:
		set_vhid(r, c, now_us);
		break;
	case COMMAND_VHID_FORCE:
		force_role(r, c, now_us);
		break;
	case COMMAND_VHID_FORGET:
		forget_counters(r, c, now_us);
		break;
	case COMMAND_DEMOTE:
		demote(r, c, now_us);
		break;
	case COMMAND_CAUSE:
		set_cause(r, c, now_us);
		break;
	case COMMAND_SET:
		set_settings(r, c, now_us);
		break;
	case COMMAND_MAINTENANCE:
		set_maintenance(r, c, now_us);
		break;
	case COMMAND_RELOAD:
		command_end(c, -EINVAL, "a reload is the manager's");
		break;
	}
	atomic_store_explicit(&c->is_executed, true, memory_order_release);
}
