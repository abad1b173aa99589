-- The schema of version 1 as it was released; never changed, so that its migration is tested on real stores.
CREATE TABLE approval (
	approval_key INTEGER NOT NULL, 
	subject VARCHAR NOT NULL, 
	subject_key BIGINT, 
	task_key BIGINT, 
	person VARCHAR, 
	project VARCHAR, 
	task_class VARCHAR, 
	server VARCHAR, 
	tool VARCHAR, 
	decision VARCHAR NOT NULL, 
	actor VARCHAR NOT NULL, 
	asked_at INTEGER, 
	asked_at_basis VARCHAR NOT NULL, 
	asked_date INTEGER, 
	decided_at INTEGER, 
	PRIMARY KEY (approval_key)
);
CREATE INDEX ix_approval_asked_date ON approval (asked_date);
CREATE INDEX ix_approval_subject_key ON approval (subject_key);
CREATE INDEX ix_approval_task_key ON approval (task_key);
CREATE TABLE approval_daily (
	approval_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	project VARCHAR, 
	task_class VARCHAR, 
	provider VARCHAR, 
	model VARCHAR, 
	subject VARCHAR NOT NULL, 
	decision VARCHAR NOT NULL, 
	actor VARCHAR NOT NULL, 
	approval_count BIGINT NOT NULL, 
	PRIMARY KEY (approval_daily_id)
);
CREATE INDEX ix_approval_daily_date ON approval_daily (date);
CREATE TABLE call_daily (
	call_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	source VARCHAR NOT NULL, 
	project VARCHAR, 
	task_class VARCHAR, 
	provider VARCHAR, 
	model VARCHAR, 
	status VARCHAR NOT NULL, 
	error_kind VARCHAR, 
	is_attributed BOOLEAN NOT NULL, 
	call_count BIGINT NOT NULL, 
	unpriced_count BIGINT NOT NULL, 
	usage_known_count BIGINT NOT NULL, 
	latency_known_count BIGINT NOT NULL, 
	fallback_count BIGINT NOT NULL, 
	retry_count BIGINT NOT NULL, 
	cost_micro_usd BIGINT NOT NULL, 
	reported_cost_micro_usd BIGINT NOT NULL, 
	computed_cost_micro_usd BIGINT NOT NULL, 
	input_tokens BIGINT NOT NULL, 
	cache_read_tokens BIGINT NOT NULL, 
	output_tokens BIGINT NOT NULL, 
	latency_histogram BLOB, 
	PRIMARY KEY (call_daily_id)
);
CREATE INDEX ix_call_daily_date ON call_daily (date);
CREATE INDEX ix_call_daily_project_date ON call_daily (project, date);
CREATE INDEX ix_call_daily_route_date ON call_daily (provider, model, date);
CREATE INDEX ix_call_daily_task_class_date ON call_daily (task_class, date);
CREATE TABLE chat (
	chat_key INTEGER NOT NULL, 
	person VARCHAR, 
	project VARCHAR, 
	native_chat_id VARCHAR, 
	url_id VARCHAR, 
	title VARCHAR, 
	fork_kind VARCHAR, 
	git_url VARCHAR, 
	message_count BIGINT NOT NULL, 
	saved_at INTEGER, 
	exported_at INTEGER, 
	is_usage_lost BOOLEAN NOT NULL, 
	PRIMARY KEY (chat_key)
);
CREATE TABLE chat_export (
	chat_export_key INTEGER NOT NULL, 
	chat_key BIGINT, 
	load_id INTEGER NOT NULL, 
	file_sha256 VARCHAR NOT NULL, 
	person VARCHAR, 
	project VARCHAR, 
	native_chat_id VARCHAR, 
	url_id VARCHAR, 
	title VARCHAR, 
	fork_kind VARCHAR, 
	git_url VARCHAR, 
	exported_at INTEGER, 
	saved_at INTEGER, 
	message_list_key BIGINT, 
	message_count BIGINT NOT NULL, 
	is_usage_lost BOOLEAN NOT NULL, 
	PRIMARY KEY (chat_export_key)
);
CREATE INDEX ix_chat_export_chat_key ON chat_export (chat_key);
CREATE INDEX ix_chat_export_load_id ON chat_export (load_id);
CREATE INDEX ix_chat_export_message_list_key ON chat_export (message_list_key);
CREATE TABLE command_daily (
	command_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	project VARCHAR, 
	task_class VARCHAR, 
	provider VARCHAR, 
	model VARCHAR, 
	proposed_count BIGINT NOT NULL, 
	run_count BIGINT NOT NULL, 
	good_count BIGINT NOT NULL, 
	timeout_count BIGINT NOT NULL, 
	cancelled_count BIGINT NOT NULL, 
	untimed_count BIGINT NOT NULL, 
	duration_histogram BLOB, 
	PRIMARY KEY (command_daily_id)
);
CREATE INDEX ix_command_daily_date ON command_daily (date);
CREATE TABLE command_run (
	command_run_key INTEGER NOT NULL, 
	task_key BIGINT, 
	message_key BIGINT, 
	person VARCHAR, 
	project VARCHAR, 
	task_class VARCHAR, 
	kind VARCHAR NOT NULL, 
	command_head VARCHAR, 
	command_hash BIGINT, 
	proposed_at INTEGER, 
	started_at INTEGER, 
	started_date INTEGER, 
	duration_ms BIGINT, 
	status VARCHAR, 
	exit_code INTEGER, 
	PRIMARY KEY (command_run_key)
);
CREATE INDEX ix_command_run_message_key ON command_run (message_key);
CREATE INDEX ix_command_run_started_date ON command_run (started_date);
CREATE INDEX ix_command_run_task_key ON command_run (task_key);
CREATE TABLE deployment (
	deployment_key INTEGER NOT NULL, 
	person VARCHAR, 
	project VARCHAR, 
	platform VARCHAR NOT NULL, 
	target VARCHAR, 
	environment VARCHAR, 
	status VARCHAR NOT NULL, 
	finished_at INTEGER, 
	finished_date INTEGER, 
	files_count BIGINT, 
	PRIMARY KEY (deployment_key)
);
CREATE INDEX ix_deployment_finished_date ON deployment (finished_date);
CREATE TABLE event (
	event_key INTEGER NOT NULL, 
	person VARCHAR, 
	project VARCHAR, 
	occurred_at INTEGER, 
	occurred_date INTEGER, 
	kind VARCHAR NOT NULL, 
	provider VARCHAR, 
	model VARCHAR, 
	input_tokens BIGINT, 
	output_tokens BIGINT, 
	message_chars BIGINT, 
	error_kind VARCHAR, 
	subject VARCHAR, 
	is_ok BOOLEAN, 
	load_id BIGINT, 
	PRIMARY KEY (event_key)
);
CREATE INDEX ix_event_occurred_date ON event (occurred_date);
CREATE TABLE found_fallback (
	llm_call_key INTEGER NOT NULL, 
	started_date INTEGER, 
	is_fallback_by_record BOOLEAN, 
	PRIMARY KEY (llm_call_key)
);
CREATE INDEX ix_found_fallback_started_date ON found_fallback (started_date);
CREATE TABLE gateway_person_hour (
	person VARCHAR NOT NULL, 
	hour INTEGER NOT NULL, 
	PRIMARY KEY (person, hour)
);
CREATE TABLE llm_call (
	llm_call_key INTEGER NOT NULL, 
	native_id VARCHAR, 
	source VARCHAR NOT NULL, 
	record_rank BIGINT, 
	is_counted BOOLEAN NOT NULL, 
	match_quality VARCHAR NOT NULL, 
	task_key BIGINT, 
	message_key BIGINT, 
	person VARCHAR, 
	project VARCHAR, 
	key_hash VARCHAR, 
	requested_provider VARCHAR, 
	requested_model VARCHAR, 
	provider VARCHAR, 
	model VARCHAR, 
	task_class VARCHAR, 
	started_at INTEGER, 
	started_date INTEGER, 
	latency_ms BIGINT, 
	latency_basis VARCHAR NOT NULL, 
	time_to_first_token_ms BIGINT, 
	status VARCHAR NOT NULL, 
	error_kind VARCHAR, 
	error_class VARCHAR, 
	input_tokens BIGINT, 
	cache_read_tokens BIGINT, 
	cache_write_tokens BIGINT, 
	output_tokens BIGINT, 
	total_tokens BIGINT, 
	usage_status VARCHAR NOT NULL, 
	reported_cost_micro_usd BIGINT, 
	computed_cost_micro_usd BIGINT, 
	cost_micro_usd BIGINT, 
	cost_basis VARCHAR NOT NULL, 
	price_version VARCHAR, 
	trace_hash BIGINT, 
	retry_count BIGINT, 
	is_fallback BOOLEAN, 
	is_cache_hit BOOLEAN, 
	call_type VARCHAR, 
	load_id BIGINT, 
	PRIMARY KEY (llm_call_key)
);
CREATE INDEX ix_llm_call_message_key ON llm_call (message_key);
CREATE INDEX ix_llm_call_own_started_at ON llm_call (started_at) WHERE source <> 'litellm';
CREATE INDEX ix_llm_call_started_date ON llm_call (started_date);
CREATE INDEX ix_llm_call_task_key ON llm_call (task_key);
CREATE TABLE load (
	load_id INTEGER NOT NULL, 
	file_name VARCHAR NOT NULL, 
	file_path VARCHAR, 
	file_sha256 VARCHAR NOT NULL, 
	file_bytes BIGINT, 
	file_mtime_ns BIGINT, 
	kind VARCHAR NOT NULL, 
	person VARCHAR, 
	project VARCHAR, 
	exported_at INTEGER, 
	started_at INTEGER, 
	finished_at INTEGER, 
	read_count BIGINT NOT NULL, 
	loaded_count BIGINT NOT NULL, 
	known_count BIGINT NOT NULL, 
	quarantined_count BIGINT NOT NULL, 
	first_record_at INTEGER, 
	last_record_at INTEGER, 
	is_demo BOOLEAN NOT NULL, 
	boltscope_version VARCHAR NOT NULL, 
	PRIMARY KEY (load_id)
);
CREATE INDEX ix_load_file_path ON load (file_path);
CREATE INDEX ix_load_file_sha256 ON load (file_sha256);
CREATE TABLE load_known (
	load_id INTEGER NOT NULL, 
	load_known_id INTEGER NOT NULL, 
	reason VARCHAR NOT NULL, 
	known_count BIGINT NOT NULL, 
	PRIMARY KEY (load_known_id)
);
CREATE INDEX ix_load_known_load_id ON load_known (load_id);
CREATE TABLE matched_owner (
	llm_call_key INTEGER NOT NULL, 
	is_person_filled BOOLEAN NOT NULL, 
	is_project_filled BOOLEAN NOT NULL, 
	PRIMARY KEY (llm_call_key)
);
CREATE TABLE message (
	message_key INTEGER NOT NULL, 
	message_id VARCHAR NOT NULL, 
	role VARCHAR NOT NULL, 
	record_rank BIGINT, 
	created_at INTEGER, 
	created_at_basis VARCHAR NOT NULL, 
	provider VARCHAR, 
	model VARCHAR, 
	text_hash BIGINT, 
	text_chars BIGINT NOT NULL, 
	features VARCHAR NOT NULL, 
	load_id BIGINT, 
	PRIMARY KEY (message_key)
);
CREATE TABLE message_presence (
	message_list_key INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	message_key BIGINT, 
	PRIMARY KEY (message_list_key, position)
);
CREATE INDEX ix_message_presence_message_key ON message_presence (message_key);
CREATE TABLE patch (
	patch_key INTEGER NOT NULL, 
	task_key BIGINT, 
	person VARCHAR, 
	project VARCHAR, 
	proposed_at INTEGER, 
	proposed_at_basis VARCHAR NOT NULL, 
	proposed_date INTEGER, 
	task_class VARCHAR, 
	provider VARCHAR, 
	model VARCHAR, 
	files_count BIGINT NOT NULL, 
	lines_added BIGINT, 
	lines_removed BIGINT, 
	is_closed BOOLEAN NOT NULL, 
	decision VARCHAR, 
	rolled_back_at INTEGER, 
	rolled_back_after INTEGER, 
	rollback_evidence VARCHAR, 
	rollback_confidence FLOAT, 
	rework_kind VARCHAR, 
	reworked_at INTEGER, 
	PRIMARY KEY (patch_key)
);
CREATE INDEX ix_patch_proposed_date ON patch (proposed_date);
CREATE INDEX ix_patch_task_key ON patch (task_key);
CREATE INDEX ix_patch_undone ON patch (task_key, rolled_back_at, proposed_at) WHERE rolled_back_at IS NOT NULL;
CREATE TABLE patch_daily (
	patch_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	project VARCHAR, 
	task_class VARCHAR, 
	provider VARCHAR, 
	model VARCHAR, 
	patch_count BIGINT NOT NULL, 
	decided_count BIGINT NOT NULL, 
	human_decided_count BIGINT NOT NULL, 
	rejected_count BIGINT NOT NULL, 
	unfinished_count BIGINT NOT NULL, 
	pending_count BIGINT NOT NULL, 
	rolled_back_count BIGINT NOT NULL, 
	human_rolled_back_count BIGINT NOT NULL, 
	rolled_back_late_count BIGINT NOT NULL, 
	rolled_back_unsure_count BIGINT NOT NULL, 
	rewind_count BIGINT NOT NULL, 
	git_revert_count BIGINT NOT NULL, 
	deploy_rollback_count BIGINT NOT NULL, 
	human_overwrite_count BIGINT NOT NULL, 
	reworked_count BIGINT NOT NULL, 
	PRIMARY KEY (patch_daily_id)
);
CREATE INDEX ix_patch_daily_date ON patch_daily (date);
CREATE INDEX ix_patch_daily_route_date ON patch_daily (provider, model, date);
CREATE TABLE patch_file (
	patch_file_key INTEGER NOT NULL, 
	patch_key BIGINT, 
	path VARCHAR NOT NULL, 
	operation VARCHAR NOT NULL, 
	lines_added BIGINT, 
	lines_removed BIGINT, 
	lines_basis VARCHAR NOT NULL, 
	content_bytes BIGINT, 
	content_hash BIGINT, 
	previous_hash BIGINT, 
	PRIMARY KEY (patch_file_key)
);
CREATE INDEX ix_patch_file_patch_key ON patch_file (patch_key);
CREATE TABLE project_daily (
	project_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	project VARCHAR, 
	task_count BIGINT NOT NULL, 
	completed_count BIGINT NOT NULL, 
	failed_count BIGINT NOT NULL, 
	aborted_count BIGINT NOT NULL, 
	unknown_count BIGINT NOT NULL, 
	kept_count BIGINT NOT NULL, 
	priced_count BIGINT NOT NULL, 
	completed_priced_count BIGINT NOT NULL, 
	within_budget_count BIGINT NOT NULL, 
	known_cost_micro_usd BIGINT NOT NULL, 
	unpriced_call_count BIGINT NOT NULL, 
	cost_histogram BLOB, 
	patch_count BIGINT NOT NULL, 
	decided_count BIGINT NOT NULL, 
	human_decided_count BIGINT NOT NULL, 
	rejected_count BIGINT NOT NULL, 
	unfinished_count BIGINT NOT NULL, 
	pending_count BIGINT NOT NULL, 
	rolled_back_count BIGINT NOT NULL, 
	human_rolled_back_count BIGINT NOT NULL, 
	rolled_back_late_count BIGINT NOT NULL, 
	rolled_back_unsure_count BIGINT NOT NULL, 
	rewind_count BIGINT NOT NULL, 
	git_revert_count BIGINT NOT NULL, 
	deploy_rollback_count BIGINT NOT NULL, 
	human_overwrite_count BIGINT NOT NULL, 
	reworked_count BIGINT NOT NULL, 
	call_count BIGINT NOT NULL, 
	error_call_count BIGINT NOT NULL, 
	cancelled_call_count BIGINT NOT NULL, 
	unknown_call_count BIGINT NOT NULL, 
	attributed_call_count BIGINT NOT NULL, 
	unpriced_count BIGINT NOT NULL, 
	usage_known_count BIGINT NOT NULL, 
	latency_known_count BIGINT NOT NULL, 
	fallback_count BIGINT NOT NULL, 
	retry_count BIGINT NOT NULL, 
	cost_micro_usd BIGINT NOT NULL, 
	attributed_cost_micro_usd BIGINT NOT NULL, 
	proposed_count BIGINT NOT NULL, 
	run_count BIGINT NOT NULL, 
	good_count BIGINT NOT NULL, 
	timeout_count BIGINT NOT NULL, 
	cancelled_count BIGINT NOT NULL, 
	untimed_count BIGINT NOT NULL, 
	duration_histogram BLOB, 
	approval_count BIGINT NOT NULL, 
	pending_approval_count BIGINT NOT NULL, 
	human_approval_count BIGINT NOT NULL, 
	tool_call_count BIGINT NOT NULL, 
	failed_tool_call_count BIGINT NOT NULL, 
	deployment_count BIGINT NOT NULL, 
	failed_deployment_count BIGINT NOT NULL, 
	event_count BIGINT NOT NULL, 
	PRIMARY KEY (project_daily_id)
);
CREATE INDEX ix_project_daily_date ON project_daily (date);
CREATE TABLE quarantine (
	quarantine_id INTEGER NOT NULL, 
	load_id INTEGER NOT NULL, 
	position VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	detail VARCHAR NOT NULL, 
	excerpt VARCHAR, 
	PRIMARY KEY (quarantine_id)
);
CREATE INDEX ix_quarantine_load_id ON quarantine (load_id);
CREATE TABLE route_daily (
	route_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	source VARCHAR NOT NULL, 
	provider VARCHAR, 
	model VARCHAR, 
	status VARCHAR NOT NULL, 
	error_kind VARCHAR, 
	call_count BIGINT NOT NULL, 
	attributed_call_count BIGINT NOT NULL, 
	unpriced_count BIGINT NOT NULL, 
	usage_known_count BIGINT NOT NULL, 
	latency_known_count BIGINT NOT NULL, 
	fallback_count BIGINT NOT NULL, 
	retry_count BIGINT NOT NULL, 
	cost_micro_usd BIGINT NOT NULL, 
	attributed_cost_micro_usd BIGINT NOT NULL, 
	latency_histogram BLOB, 
	PRIMARY KEY (route_daily_id)
);
CREATE INDEX ix_route_daily_date ON route_daily (date);
CREATE TABLE setting (
	name VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE task (
	task_key INTEGER NOT NULL, 
	person VARCHAR, 
	project VARCHAR, 
	chat_key BIGINT, 
	root_message_key BIGINT, 
	task_class VARCHAR NOT NULL, 
	task_class_version VARCHAR NOT NULL, 
	requested_at INTEGER, 
	requested_at_basis VARCHAR NOT NULL, 
	requested_date INTEGER, 
	outcome VARCHAR NOT NULL, 
	outcome_basis VARCHAR NOT NULL, 
	provider VARCHAR, 
	model VARCHAR, 
	requested_provider VARCHAR, 
	requested_model VARCHAR, 
	prompt_chars BIGINT NOT NULL, 
	turn_count BIGINT NOT NULL, 
	retry_count BIGINT NOT NULL, 
	fix_request_count BIGINT NOT NULL, 
	patch_count BIGINT NOT NULL, 
	call_count BIGINT NOT NULL, 
	unpriced_call_count BIGINT NOT NULL, 
	fallback_count BIGINT NOT NULL, 
	known_cost_micro_usd BIGINT NOT NULL, 
	total_tokens BIGINT, 
	PRIMARY KEY (task_key)
);
CREATE INDEX ix_task_chat_key ON task (chat_key);
CREATE INDEX ix_task_requested_date ON task (requested_date);
CREATE INDEX ix_task_root_message_key ON task (root_message_key);
CREATE TABLE task_daily (
	task_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	project VARCHAR, 
	task_class VARCHAR NOT NULL, 
	provider VARCHAR, 
	model VARCHAR, 
	task_count BIGINT NOT NULL, 
	completed_count BIGINT NOT NULL, 
	failed_count BIGINT NOT NULL, 
	aborted_count BIGINT NOT NULL, 
	unknown_count BIGINT NOT NULL, 
	kept_count BIGINT NOT NULL, 
	priced_count BIGINT NOT NULL, 
	completed_priced_count BIGINT NOT NULL, 
	within_budget_count BIGINT NOT NULL, 
	known_cost_micro_usd BIGINT NOT NULL, 
	unpriced_call_count BIGINT NOT NULL, 
	cost_histogram BLOB, 
	PRIMARY KEY (task_daily_id)
);
CREATE INDEX ix_task_daily_date ON task_daily (date);
CREATE INDEX ix_task_daily_route_date ON task_daily (provider, model, date);
CREATE TABLE tool_call (
	tool_call_key INTEGER NOT NULL, 
	native_id VARCHAR, 
	task_key BIGINT, 
	message_key BIGINT, 
	person VARCHAR, 
	project VARCHAR, 
	server VARCHAR, 
	tool VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	called_at INTEGER, 
	called_date INTEGER, 
	PRIMARY KEY (tool_call_key)
);
CREATE INDEX ix_tool_call_called_date ON tool_call (called_date);
CREATE INDEX ix_tool_call_message_key ON tool_call (message_key);
CREATE INDEX ix_tool_call_task_key ON tool_call (task_key);
CREATE TABLE unusable_message (
	message_key INTEGER NOT NULL, 
	message_id VARCHAR NOT NULL, 
	role VARCHAR NOT NULL, 
	PRIMARY KEY (message_key)
);
