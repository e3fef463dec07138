/* SPDX-License-Identifier: BSD-3-Clause */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>

#include <CUnit/Basic.h>

int
suite_run(const char *name, const struct suite_test *tests, size_t count)
{
	unsigned int failures;
	CU_pSuite suite;
	size_t i;

	if (CU_initialize_registry() != CUE_SUCCESS)
		return EXIT_FAILURE;
	suite = CU_add_suite(name, NULL, NULL);
	for (i = 0; i < count && suite != NULL; i++) {
		if (CU_add_test(suite, tests[i].name, tests[i].run) == NULL)
			suite = NULL;
	}
	if (suite == NULL) {
		fprintf(stderr, "%s: %s\n", name, CU_get_error_msg());
		CU_cleanup_registry();
		return EXIT_FAILURE;
	}

	CU_basic_set_mode(CU_BRM_NORMAL);
	CU_basic_run_tests();
	failures = CU_get_number_of_failures();
	if (CU_get_number_of_tests_run() != count)
		failures++;
	CU_cleanup_registry();
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
