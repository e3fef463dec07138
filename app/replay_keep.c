/* SPDX-License-Identifier: BSD-3-Clause */
#include "replay_keep.h"

static void
note_all(struct runtime *r)
{
	for (unsigned int i = 0; r->view != NULL && i < r->view->vhid_count; i++) {
		struct koi_vhid *v = r->view->vhid[i];
		struct replay_state state;

		if (r->view->config->vhids[i].replay != CARP_REPLAY_STRICT)
			continue;
		if (v->replay_place == REPLAY_NOWHERE)
			v->replay_place = replay_store_place(r->replay, v->name);
		if (v->replay_place == REPLAY_NOWHERE)
			continue;
		record_read(v->replay, &state);
		replay_store_note(r->replay, v->replay_place, &state);
	}
}

void
replay_keep(struct runtime *r)
{
	if (r->replay == NULL)
		return;
	note_all(r);
	replay_store_save(r->replay);
}

void
replay_keep_end(struct runtime *r)
{
	if (r->replay == NULL)
		return;
	note_all(r);
	replay_store_close(r->replay);
	r->replay = NULL;
}
