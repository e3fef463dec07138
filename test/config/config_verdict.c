/* SPDX-License-Identifier: BSD-3-Clause */
/* Loads each file named and prints its report; exits 3 if one has an error, as koi --check does. */
#include <stdio.h>
#include <stdlib.h>

#include "config/config.h"

#define EXIT_INVALID 3

int
main(int argc, char **argv)
{
	int status = EXIT_SUCCESS;

	for (int i = 1; i < argc; i++) {
		struct config_report report;
		struct config *c;

		c = config_load(argv[i], CONFIG_CHECK, &report);
		config_report_print(&report, argv[i], stdout);
		if (c == NULL)
			status = EXIT_INVALID;
		config_report_free(&report);
		config_free(c);
	}
	return status;
}
