/* SPDX-License-Identifier: GPL-2.0-or-later */
/* writer.h: the writer of a recording. With NULL as recorder, functions do nothing. */
#ifndef NETTRACE_RECORD_WRITER_H
#define NETTRACE_RECORD_WRITER_H

#include "core/base/error.h"
#include "core/model/ledger.h"
#include "core/model/options.h"

struct recorder;

/* Opens the files before privileges are dropped, so that later steps need none. path "-": stdout. limit: bytes of all
 * files together; 0: none. NULL: see *error. */
struct recorder *recorder_new(const char *path, uint64_t limit, struct error *error);
/* Hides the kernel's addresses (core/record/symbols.h). Called before recorder_start(). */
void recorder_hide_addresses(struct recorder *recorder);
/* Writes what is known at the start, about the machine, the tools and the kernel's names. The caller keeps the options
 * and leaves them unchanged. */
void recorder_start(struct recorder *recorder, const struct options *const *tools, size_t n_tools);
/* These functions record what happens at this place of the stream. tool: index in the array of recorder_start(). */
void recorder_event(struct recorder *recorder, size_t tool, const struct event *event, size_t size);
/* Records the offset between wall time and event time, if it has changed. */
void recorder_clock(struct recorder *recorder);
void recorder_begin(struct recorder *recorder, uint64_t now);
void recorder_interval(struct recorder *recorder, size_t tool, uint64_t now, bool partial);
void recorder_ledger(struct recorder *recorder, size_t tool, uint64_t now, const struct ledger *ledger);
/* Writes the pending items. False: a write failed, now or earlier. */
bool recorder_flush(struct recorder *recorder);
/* Whether a write has failed: the recording ends before it. */
bool recorder_has_failed(const struct recorder *recorder);
/* Ends the recording, frees the recorder, and (report) prints what was written. False: incomplete, see *error. */
bool recorder_stop(struct recorder *recorder, uint64_t now, bool report, struct error *error);

#endif
