/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A change that somebody asks a running koi for: what it is, and how it ends.
 *
 * A command is parsed from a request (command_parse.c), prepared by the manager, which looks up
 * names and allocates what is new, executed by control (command_execute.c), and concluded by the
 * manager, which frees what is old and answers.
 *
 * Threads: command_create(), command_parse() and command_destroy() by the manager;
 *          command_execute() by control. A command belongs to one of them at a time; is_executed
 *          hands it back.
 * Memory:  command_create() allocates; what the manager has prepared is freed by the manager, not by
 *          command_destroy().
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdatomic.h>

#include <jansson.h>

#include "runtime.h"

#define COMMAND_TEXT 512
#define COMMAND_FOR_MAX_S 31536000 /**< a year */
#define COMMAND_VHID_NAME (CONFIG_NAME_MAX + 4)

enum command_type {
	COMMAND_VHID_SET,    /**< up, advbase, advskew */
	COMMAND_VHID_FORCE,  /**< a role, once */
	COMMAND_VHID_FORGET, /**< the counters of its peers */
	COMMAND_DEMOTE,      /**< add to the demotion */
	COMMAND_CAUSE,       /**< set a named cause */
	COMMAND_SET,         /**< settings of carp */
	COMMAND_MAINTENANCE, /**< give everything away, or be done with that */
	COMMAND_RELOAD,
};

/** What is to be changed of a vhid or of the settings. */
struct command_flag {
	bool is_given;
	bool value;
};

struct command_number {
	bool is_given;
	uint8_t value;
};

struct command {
	enum command_type type;
	unsigned int user; /**< who asks */
	union {
		struct {
			char name[COMMAND_VHID_NAME];
			enum carp_state role; /**< COMMAND_VHID_FORCE */
			struct command_flag up;
			struct command_number advbase;
			struct command_number advskew;
		} vhid;
		struct {
			int32_t add;                   /**< COMMAND_DEMOTE */
			char name[CARP_CAUSE_NAME_MAX]; /**< COMMAND_CAUSE ... */
			int32_t value;
			uint32_t for_s; /**< 0: until it is cleared */
		} demotion;
		struct {
			struct command_flag allow;
			struct command_flag preempt;
			struct command_number log;
		} set;
		struct {
			bool is_on;
			bool was_on; /**< control: before */
			/** The manager: until when it waits for others to take over, and looks next. */
			uint64_t until_us;
			uint64_t look_us;
			bool is_undone; /**< nobody took over ... */
			char left[COMMAND_TEXT / 2]; /**< ... these vhids */
		} maintenance;
	};

	/** Prepared by the manager. */
	struct koi_vhid *target;
	struct config_vhid *config;      /**< COMMAND_VHID_SET: the values to be in force */
	struct carp_vhid_change *change; /**< likewise; holds the old ones afterwards */

	/** The outcome: 0 or a negative errno. */
	int result;
	char text[COMMAND_TEXT]; /**< why not, or what a person is told; may be "" */
	json_t *lines;           /**< COMMAND_RELOAD: errors or warnings of the file, or NULL */
	_Atomic bool is_executed; /**< control to manager */

	/** Between the manager and whoever waits for the answer. */
	bool is_done;
	bool is_abandoned;
	struct command *next;
};

/** Who carries commands out. */
struct command_executor {
	/** Take a command; some time later it is_done. */
	void (*submit)(void *context, struct command *c);
	/** Nobody looks at the command any more, done or not. */
	void (*release)(void *context, struct command *c);
	void *context;
};

/** NULL without memory. */
struct command *command_create(void);
void command_destroy(struct command *c);

/** The end of a command, by whoever refuses or has done it: a negative errno, or 0. */
void command_end(struct command *c, int result, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * Read a request {"version": 1, "command": ...} into @p c. Nothing of what runs is looked at.
 *
 * @return 0, or -EINVAL with the reason in c->text
 */
int command_parse(struct command *c, json_t *request);

/** Write what the log says of a command. Returns @p buf. */
const char *command_describe(const struct command *c, char buf[COMMAND_TEXT]);

/** Do it, within the time of one step of control; not for COMMAND_RELOAD. */
void command_execute(struct runtime *r, struct command *c, uint64_t now_us);

#endif /* COMMAND_H */
