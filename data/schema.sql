CREATE TABLE access_grant (
	access_grant_key INTEGER NOT NULL, 
	native_id VARCHAR NOT NULL, 
	project VARCHAR, 
	person VARCHAR, 
	role VARCHAR, 
	granted_by VARCHAR, 
	granted_at INTEGER, 
	granted_date INTEGER, 
	reviewed_at INTEGER, 
	revoked_at INTEGER, 
	record_rank BIGINT, 
	load_id BIGINT, 
	PRIMARY KEY (access_grant_key)
);
CREATE INDEX ix_access_grant_granted_date ON access_grant (granted_date);
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
	source VARCHAR NOT NULL, 
	native_id VARCHAR, 
	decided_by VARCHAR, 
	waiting_ms BIGINT, 
	policy VARCHAR, 
	is_second_reviewer BOOLEAN, 
	record_rank BIGINT, 
	load_id BIGINT, 
	PRIMARY KEY (approval_key)
);
CREATE INDEX ix_approval_asked_date ON approval (asked_date);
CREATE INDEX ix_approval_pending ON approval (subject, asked_at, project, task_class, task_key, subject_key) WHERE decision = 'pending';
CREATE INDEX ix_approval_subject_key ON approval (subject_key);
CREATE INDEX ix_approval_task_key ON approval (task_key);
CREATE TABLE approval_daily (
	approval_count BIGINT NOT NULL, 
	waiting_known_count BIGINT NOT NULL, 
	waiting_ms BIGINT NOT NULL, 
	second_reviewer_count BIGINT NOT NULL, 
	approval_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	project VARCHAR, 
	task_class VARCHAR, 
	provider VARCHAR, 
	model VARCHAR, 
	subject VARCHAR NOT NULL, 
	decision VARCHAR NOT NULL, 
	actor VARCHAR NOT NULL, 
	waiting_histogram BLOB, 
	PRIMARY KEY (approval_daily_id)
);
CREATE INDEX ix_approval_daily_date ON approval_daily (date);
CREATE INDEX ix_approval_daily_project_date ON approval_daily (project, date);
CREATE TABLE call_daily (
	call_count BIGINT NOT NULL, 
	unpriced_count BIGINT NOT NULL, 
	usage_known_count BIGINT NOT NULL, 
	latency_known_count BIGINT NOT NULL, 
	fallback_count BIGINT NOT NULL, 
	retry_count BIGINT NOT NULL, 
	cost_micro_usd BIGINT NOT NULL, 
	both_costs_count BIGINT NOT NULL, 
	both_billed_count BIGINT NOT NULL, 
	both_reported_micro_usd BIGINT NOT NULL, 
	both_computed_micro_usd BIGINT NOT NULL, 
	computed_cost_micro_usd BIGINT NOT NULL, 
	input_tokens BIGINT NOT NULL, 
	cache_read_tokens BIGINT NOT NULL, 
	cache_write_tokens BIGINT NOT NULL, 
	output_tokens BIGINT NOT NULL, 
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
	latency_histogram BLOB, 
	PRIMARY KEY (call_daily_id)
);
CREATE INDEX ix_call_daily_date ON call_daily (date);
CREATE INDEX ix_call_daily_project_date ON call_daily (project, date);
CREATE INDEX ix_call_daily_route_date ON call_daily (provider, model, date, project, task_class, source, status, error_kind, is_attributed, call_count, unpriced_count, usage_known_count, fallback_count, cost_micro_usd, computed_cost_micro_usd, input_tokens, cache_read_tokens, cache_write_tokens, output_tokens);
CREATE INDEX ix_call_daily_task_class_date ON call_daily (task_class, date);
CREATE TABLE call_project_daily (
	call_count BIGINT NOT NULL, 
	unpriced_count BIGINT NOT NULL, 
	usage_known_count BIGINT NOT NULL, 
	latency_known_count BIGINT NOT NULL, 
	fallback_count BIGINT NOT NULL, 
	retry_count BIGINT NOT NULL, 
	cost_micro_usd BIGINT NOT NULL, 
	both_costs_count BIGINT NOT NULL, 
	both_billed_count BIGINT NOT NULL, 
	both_reported_micro_usd BIGINT NOT NULL, 
	both_computed_micro_usd BIGINT NOT NULL, 
	computed_cost_micro_usd BIGINT NOT NULL, 
	input_tokens BIGINT NOT NULL, 
	cache_read_tokens BIGINT NOT NULL, 
	cache_write_tokens BIGINT NOT NULL, 
	output_tokens BIGINT NOT NULL, 
	call_project_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	source VARCHAR NOT NULL, 
	project VARCHAR, 
	provider VARCHAR, 
	model VARCHAR, 
	status VARCHAR NOT NULL, 
	error_kind VARCHAR, 
	attributed_call_count BIGINT NOT NULL, 
	attributed_unpriced_count BIGINT NOT NULL, 
	attributed_cost_micro_usd BIGINT NOT NULL, 
	latency_histogram BLOB, 
	PRIMARY KEY (call_project_daily_id)
);
CREATE INDEX ix_call_project_daily_date ON call_project_daily (date);
CREATE TABLE call_route_daily (
	call_count BIGINT NOT NULL, 
	unpriced_count BIGINT NOT NULL, 
	usage_known_count BIGINT NOT NULL, 
	latency_known_count BIGINT NOT NULL, 
	fallback_count BIGINT NOT NULL, 
	retry_count BIGINT NOT NULL, 
	cost_micro_usd BIGINT NOT NULL, 
	both_costs_count BIGINT NOT NULL, 
	both_billed_count BIGINT NOT NULL, 
	both_reported_micro_usd BIGINT NOT NULL, 
	both_computed_micro_usd BIGINT NOT NULL, 
	computed_cost_micro_usd BIGINT NOT NULL, 
	input_tokens BIGINT NOT NULL, 
	cache_read_tokens BIGINT NOT NULL, 
	cache_write_tokens BIGINT NOT NULL, 
	output_tokens BIGINT NOT NULL, 
	call_route_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	source VARCHAR NOT NULL, 
	task_class VARCHAR, 
	provider VARCHAR, 
	model VARCHAR, 
	status VARCHAR NOT NULL, 
	error_kind VARCHAR, 
	is_attributed BOOLEAN NOT NULL, 
	latency_histogram BLOB, 
	PRIMARY KEY (call_route_daily_id)
);
CREATE INDEX ix_call_route_daily_date ON call_route_daily (date);
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
	proposed_count BIGINT NOT NULL, 
	run_count BIGINT NOT NULL, 
	good_count BIGINT NOT NULL, 
	timeout_count BIGINT NOT NULL, 
	cancelled_count BIGINT NOT NULL, 
	untimed_count BIGINT NOT NULL, 
	command_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	project VARCHAR, 
	task_class VARCHAR, 
	provider VARCHAR, 
	model VARCHAR, 
	duration_histogram BLOB, 
	PRIMARY KEY (command_daily_id)
);
CREATE INDEX ix_command_daily_date ON command_daily (date);
CREATE TABLE command_route_daily (
	proposed_count BIGINT NOT NULL, 
	run_count BIGINT NOT NULL, 
	good_count BIGINT NOT NULL, 
	timeout_count BIGINT NOT NULL, 
	cancelled_count BIGINT NOT NULL, 
	untimed_count BIGINT NOT NULL, 
	command_route_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	task_class VARCHAR, 
	provider VARCHAR, 
	model VARCHAR, 
	duration_histogram BLOB, 
	PRIMARY KEY (command_route_daily_id)
);
CREATE INDEX ix_command_route_daily_date ON command_route_daily (date);
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
	source VARCHAR NOT NULL, 
	native_id VARCHAR, 
	record_rank BIGINT, 
	load_id BIGINT, 
	PRIMARY KEY (command_run_key)
);
CREATE INDEX ix_command_run_message_key ON command_run (message_key);
CREATE INDEX ix_command_run_started_date ON command_run (started_date, started_at);
CREATE INDEX ix_command_run_task_key ON command_run (task_key);
CREATE TABLE commit_file (
	commit_file_key INTEGER NOT NULL, 
	vcs_commit_key BIGINT, 
	path VARCHAR NOT NULL, 
	place_hash BIGINT, 
	committed_at INTEGER, 
	operation VARCHAR, 
	lines_added BIGINT, 
	lines_removed BIGINT, 
	blob_hash BIGINT, 
	PRIMARY KEY (commit_file_key)
);
CREATE INDEX ix_commit_file_blob_hash ON commit_file (blob_hash);
CREATE INDEX ix_commit_file_place ON commit_file (place_hash, committed_at);
CREATE INDEX ix_commit_file_vcs_commit_key ON commit_file (vcs_commit_key);
CREATE TABLE decision_daily (
	approval_count BIGINT NOT NULL, 
	waiting_known_count BIGINT NOT NULL, 
	waiting_ms BIGINT NOT NULL, 
	second_reviewer_count BIGINT NOT NULL, 
	decision_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	task_class VARCHAR, 
	subject VARCHAR NOT NULL, 
	decision VARCHAR NOT NULL, 
	actor VARCHAR NOT NULL, 
	waiting_histogram BLOB, 
	PRIMARY KEY (decision_daily_id)
);
CREATE INDEX ix_decision_daily_date ON decision_daily (date);
CREATE TABLE decision_project_daily (
	approval_count BIGINT NOT NULL, 
	waiting_known_count BIGINT NOT NULL, 
	waiting_ms BIGINT NOT NULL, 
	second_reviewer_count BIGINT NOT NULL, 
	decision_project_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	project VARCHAR, 
	task_class VARCHAR, 
	subject VARCHAR NOT NULL, 
	decision VARCHAR NOT NULL, 
	actor VARCHAR NOT NULL, 
	waiting_histogram BLOB, 
	PRIMARY KEY (decision_project_daily_id)
);
CREATE INDEX ix_decision_project_daily_date ON decision_project_daily (date);
CREATE INDEX ix_decision_project_daily_project_date ON decision_project_daily (project, date);
CREATE TABLE decision_route_daily (
	approval_count BIGINT NOT NULL, 
	waiting_known_count BIGINT NOT NULL, 
	waiting_ms BIGINT NOT NULL, 
	second_reviewer_count BIGINT NOT NULL, 
	decision_route_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	task_class VARCHAR, 
	provider VARCHAR, 
	model VARCHAR, 
	subject VARCHAR NOT NULL, 
	decision VARCHAR NOT NULL, 
	actor VARCHAR NOT NULL, 
	waiting_histogram BLOB, 
	PRIMARY KEY (decision_route_daily_id)
);
CREATE INDEX ix_decision_route_daily_date ON decision_route_daily (date);
CREATE INDEX ix_decision_route_daily_route_date ON decision_route_daily (provider, model, date);
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
	source VARCHAR NOT NULL, 
	native_id VARCHAR, 
	native_chat_id VARCHAR, 
	created_at INTEGER, 
	published_at INTEGER, 
	duration_ms BIGINT, 
	commit_sha VARCHAR, 
	branch VARCHAR, 
	is_rollback BOOLEAN, 
	rolled_back_at INTEGER, 
	rolled_back_by_key BIGINT, 
	record_rank BIGINT, 
	load_id BIGINT, 
	PRIMARY KEY (deployment_key)
);
CREATE INDEX ix_deployment_commit_sha ON deployment (commit_sha);
CREATE INDEX ix_deployment_finished_date ON deployment (finished_date);
CREATE INDEX ix_deployment_native_chat_id ON deployment (native_chat_id);
CREATE INDEX ix_deployment_target ON deployment (target, platform);
CREATE TABLE deployment_state (
	deployment_state_key INTEGER NOT NULL, 
	deployment_key BIGINT, 
	state VARCHAR NOT NULL, 
	occurred_at INTEGER, 
	environment VARCHAR, 
	PRIMARY KEY (deployment_state_key)
);
CREATE INDEX ix_deployment_state_deployment_key ON deployment_state (deployment_key);
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
CREATE TABLE failure_daily (
	failure_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	project VARCHAR, 
	task_class VARCHAR NOT NULL, 
	provider VARCHAR, 
	model VARCHAR, 
	outcome VARCHAR NOT NULL, 
	outcome_basis VARCHAR NOT NULL, 
	error_kind VARCHAR, 
	task_count BIGINT NOT NULL, 
	PRIMARY KEY (failure_daily_id)
);
CREATE INDEX ix_failure_daily_date ON failure_daily (date);
CREATE TABLE fallback_daily (
	fallback_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	project VARCHAR, 
	task_class VARCHAR, 
	requested_provider VARCHAR, 
	requested_model VARCHAR, 
	provider VARCHAR, 
	model VARCHAR, 
	call_count BIGINT NOT NULL, 
	error_count BIGINT NOT NULL, 
	cost_micro_usd BIGINT NOT NULL, 
	PRIMARY KEY (fallback_daily_id)
);
CREATE INDEX ix_fallback_daily_date ON fallback_daily (date);
CREATE TABLE found_fallback (
	llm_call_key INTEGER NOT NULL, 
	started_date INTEGER, 
	is_fallback_by_record BOOLEAN, 
	failed_provider VARCHAR, 
	failed_model VARCHAR, 
	PRIMARY KEY (llm_call_key)
);
CREATE INDEX ix_found_fallback_started_date ON found_fallback (started_date);
CREATE TABLE frozen_review (
	frozen_review_key INTEGER NOT NULL, 
	quarter VARCHAR NOT NULL, 
	scope VARCHAR NOT NULL, 
	revision BIGINT NOT NULL, 
	frozen_at INTEGER, 
	frozen_by VARCHAR, 
	reason VARCHAR, 
	data_version BIGINT NOT NULL, 
	definitions_hash VARCHAR NOT NULL, 
	definitions VARCHAR NOT NULL, 
	document VARCHAR NOT NULL, 
	document_hash VARCHAR NOT NULL, 
	is_demo BOOLEAN NOT NULL, 
	PRIMARY KEY (frozen_review_key)
);
CREATE INDEX ix_frozen_review_quarter ON frozen_review (quarter);
CREATE TABLE gateway_person_hour (
	person VARCHAR NOT NULL, 
	hour INTEGER NOT NULL, 
	PRIMARY KEY (person, hour)
);
CREATE TABLE incident (
	incident_key INTEGER NOT NULL, 
	native_id VARCHAR NOT NULL, 
	project VARCHAR, 
	title VARCHAR, 
	severity VARCHAR NOT NULL, 
	playbook VARCHAR, 
	person VARCHAR, 
	started_at INTEGER, 
	started_date INTEGER, 
	detected_at INTEGER, 
	mitigated_at INTEGER, 
	resolved_at INTEGER, 
	record_rank BIGINT, 
	load_id BIGINT, 
	PRIMARY KEY (incident_key)
);
CREATE INDEX ix_incident_started_date ON incident (started_date);
CREATE TABLE integration_daily (
	integration_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	project VARCHAR, 
	kind VARCHAR NOT NULL, 
	name VARCHAR, 
	attempt_count BIGINT NOT NULL, 
	useful_count BIGINT NOT NULL, 
	failed_count BIGINT NOT NULL, 
	timeout_count BIGINT NOT NULL, 
	denied_count BIGINT NOT NULL, 
	not_run_count BIGINT NOT NULL, 
	repeated_count BIGINT NOT NULL, 
	PRIMARY KEY (integration_daily_id)
);
CREATE INDEX ix_integration_daily_date ON integration_daily (date);
CREATE TABLE link_daily (
	link_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	project VARCHAR, 
	kind VARCHAR NOT NULL, 
	method VARCHAR NOT NULL, 
	link_count BIGINT NOT NULL, 
	unsure_count BIGINT NOT NULL, 
	PRIMARY KEY (link_daily_id)
);
CREATE INDEX ix_link_daily_date ON link_daily (date);
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
CREATE INDEX ix_llm_call_own_started_at ON llm_call (started_at) WHERE source IN ('bolt_chat', 'bolt_events');
CREATE INDEX ix_llm_call_started_date ON llm_call (started_date, started_at);
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
CREATE TABLE owner (
	owner_key INTEGER NOT NULL, 
	native_id VARCHAR NOT NULL, 
	project VARCHAR, 
	owned_kind VARCHAR NOT NULL, 
	owned VARCHAR, 
	person VARCHAR, 
	since_at INTEGER, 
	since_date INTEGER, 
	until_at INTEGER, 
	record_rank BIGINT, 
	load_id BIGINT, 
	PRIMARY KEY (owner_key)
);
CREATE INDEX ix_owner_since_date ON owner (since_date);
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
	source VARCHAR NOT NULL, 
	native_id VARCHAR, 
	commit_sha VARCHAR, 
	decided_at INTEGER, 
	approver_count BIGINT, 
	survival_ms BIGINT, 
	has_commit BOOLEAN, 
	has_pull_request BOOLEAN, 
	has_deployment BOOLEAN, 
	risk_zone VARCHAR, 
	accepted_again_at INTEGER, 
	accepted_again_key BIGINT, 
	decision_actor VARCHAR, 
	deciding_approval_key BIGINT, 
	record_rank BIGINT, 
	load_id BIGINT, 
	PRIMARY KEY (patch_key)
);
CREATE INDEX ix_patch_accepted_again ON patch (accepted_again_key) WHERE accepted_again_key IS NOT NULL;
CREATE INDEX ix_patch_commit_sha ON patch (commit_sha) WHERE commit_sha IS NOT NULL;
CREATE INDEX ix_patch_pending ON patch (proposed_at) WHERE decision = 'pending';
CREATE INDEX ix_patch_proposed_date ON patch (proposed_date, provider, model, project, task_class, risk_zone, is_closed, decision, decision_actor, proposed_at, rolled_back_at, rolled_back_after);
CREATE INDEX ix_patch_rejected ON patch (decision, person) WHERE decision = 'rejected';
CREATE INDEX ix_patch_task_key ON patch (task_key);
CREATE INDEX ix_patch_undone ON patch (task_key, proposed_date, provider, model, project, task_class, is_closed, decision, decision_actor, proposed_at, rolled_back_at, rolled_back_after) WHERE rolled_back_at IS NOT NULL;
CREATE TABLE patch_daily (
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
	commit_linked_count BIGINT NOT NULL, 
	pull_request_linked_count BIGINT NOT NULL, 
	deployment_linked_count BIGINT NOT NULL, 
	unlinked_count BIGINT NOT NULL, 
	patch_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	project VARCHAR, 
	task_class VARCHAR, 
	provider VARCHAR, 
	model VARCHAR, 
	PRIMARY KEY (patch_daily_id)
);
CREATE INDEX ix_patch_daily_date ON patch_daily (date);
CREATE TABLE patch_decision_daily (
	patch_count BIGINT NOT NULL, 
	accepted_count BIGINT NOT NULL, 
	rolled_back_count BIGINT NOT NULL, 
	rejected_count BIGINT NOT NULL, 
	comparable_rejected_count BIGINT NOT NULL, 
	accepted_again_count BIGINT NOT NULL, 
	pending_count BIGINT NOT NULL, 
	unfinished_count BIGINT NOT NULL, 
	reviewers_known_count BIGINT NOT NULL, 
	second_reviewed_count BIGINT NOT NULL, 
	waiting_known_count BIGINT NOT NULL, 
	waiting_ms BIGINT NOT NULL, 
	patch_decision_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	project VARCHAR, 
	task_class VARCHAR, 
	provider VARCHAR, 
	model VARCHAR, 
	risk_zone VARCHAR, 
	actor VARCHAR, 
	waiting_histogram BLOB, 
	PRIMARY KEY (patch_decision_daily_id)
);
CREATE INDEX ix_patch_decision_daily_date ON patch_decision_daily (date);
CREATE TABLE patch_edit (
	patch_edit_key INTEGER NOT NULL, 
	patch_key BIGINT, 
	path VARCHAR NOT NULL, 
	blob_hash BIGINT, 
	PRIMARY KEY (patch_edit_key)
);
CREATE INDEX ix_patch_edit_blob_hash ON patch_edit (blob_hash);
CREATE INDEX ix_patch_edit_patch_key ON patch_edit (patch_key);
CREATE TABLE patch_evidence (
	patch_evidence_key INTEGER NOT NULL, 
	patch_key BIGINT, 
	kind VARCHAR NOT NULL, 
	evidence VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	source_key BIGINT, 
	happened_at INTEGER, 
	seen_before_at INTEGER, 
	taken_back_at INTEGER, 
	confidence FLOAT NOT NULL, 
	is_fact BOOLEAN NOT NULL, 
	PRIMARY KEY (patch_evidence_key)
);
CREATE INDEX ix_patch_evidence_patch_key ON patch_evidence (patch_key);
CREATE INDEX ix_patch_evidence_source_key ON patch_evidence (source_key);
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
	blob_hash BIGINT, 
	PRIMARY KEY (patch_file_key)
);
CREATE INDEX ix_patch_file_blob_hash ON patch_file (blob_hash);
CREATE INDEX ix_patch_file_patch_key ON patch_file (patch_key);
CREATE TABLE patch_link (
	patch_link_key INTEGER NOT NULL, 
	patch_key BIGINT, 
	kind VARCHAR NOT NULL, 
	target_key BIGINT, 
	method VARCHAR NOT NULL, 
	confidence FLOAT NOT NULL, 
	project VARCHAR, 
	linked_at INTEGER, 
	proposed_date INTEGER, 
	PRIMARY KEY (patch_link_key)
);
CREATE INDEX ix_patch_link_patch_key ON patch_link (patch_key);
CREATE INDEX ix_patch_link_proposed_date ON patch_link (proposed_date);
CREATE INDEX ix_patch_link_target_key ON patch_link (target_key);
CREATE TABLE patch_reviewer_daily (
	decided_count BIGINT NOT NULL, 
	rejected_count BIGINT NOT NULL, 
	waiting_known_count BIGINT NOT NULL, 
	waiting_ms BIGINT NOT NULL, 
	patch_reviewer_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	project VARCHAR, 
	task_class VARCHAR, 
	provider VARCHAR, 
	model VARCHAR, 
	reviewer VARCHAR, 
	waiting_histogram BLOB, 
	PRIMARY KEY (patch_reviewer_daily_id)
);
CREATE INDEX ix_patch_reviewer_daily_date ON patch_reviewer_daily (date);
CREATE TABLE patch_route_daily (
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
	commit_linked_count BIGINT NOT NULL, 
	pull_request_linked_count BIGINT NOT NULL, 
	deployment_linked_count BIGINT NOT NULL, 
	unlinked_count BIGINT NOT NULL, 
	patch_route_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	task_class VARCHAR, 
	provider VARCHAR, 
	model VARCHAR, 
	PRIMARY KEY (patch_route_daily_id)
);
CREATE INDEX ix_patch_route_daily_date ON patch_route_daily (date);
CREATE TABLE platform_copy (
	platform_copy_key INTEGER NOT NULL, 
	subject_key BIGINT, 
	copy_rank BIGINT, 
	told VARCHAR NOT NULL, 
	PRIMARY KEY (platform_copy_key)
);
CREATE INDEX ix_platform_copy_subject_key ON platform_copy (subject_key);
CREATE TABLE policy_change (
	policy_change_key INTEGER NOT NULL, 
	native_id VARCHAR NOT NULL, 
	project VARCHAR, 
	title VARCHAR, 
	area VARCHAR NOT NULL, 
	stage VARCHAR NOT NULL, 
	person VARCHAR, 
	proposed_at INTEGER, 
	staged_at INTEGER, 
	released_at INTEGER, 
	released_date INTEGER, 
	rolled_back_at INTEGER, 
	record_rank BIGINT, 
	load_id BIGINT, 
	PRIMARY KEY (policy_change_key)
);
CREATE INDEX ix_policy_change_released_date ON policy_change (released_date);
CREATE TABLE project_daily (
	proposed_count BIGINT NOT NULL, 
	run_count BIGINT NOT NULL, 
	good_count BIGINT NOT NULL, 
	timeout_count BIGINT NOT NULL, 
	cancelled_count BIGINT NOT NULL, 
	untimed_count BIGINT NOT NULL, 
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
	commit_linked_count BIGINT NOT NULL, 
	pull_request_linked_count BIGINT NOT NULL, 
	deployment_linked_count BIGINT NOT NULL, 
	unlinked_count BIGINT NOT NULL, 
	task_count BIGINT NOT NULL, 
	completed_count BIGINT NOT NULL, 
	failed_count BIGINT NOT NULL, 
	aborted_count BIGINT NOT NULL, 
	unknown_count BIGINT NOT NULL, 
	kept_count BIGINT NOT NULL, 
	priced_count BIGINT NOT NULL, 
	known_cost_count BIGINT NOT NULL, 
	completed_priced_count BIGINT NOT NULL, 
	within_budget_count BIGINT NOT NULL, 
	known_cost_micro_usd BIGINT NOT NULL, 
	unpriced_call_count BIGINT NOT NULL, 
	project_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	project VARCHAR, 
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
	approval_count BIGINT NOT NULL, 
	pending_approval_count BIGINT NOT NULL, 
	human_approval_count BIGINT NOT NULL, 
	tool_call_count BIGINT NOT NULL, 
	failed_tool_call_count BIGINT NOT NULL, 
	deployment_count BIGINT NOT NULL, 
	failed_deployment_count BIGINT NOT NULL, 
	event_count BIGINT NOT NULL, 
	rolled_back_deployment_count BIGINT NOT NULL, 
	commit_count BIGINT NOT NULL, 
	pull_request_count BIGINT NOT NULL, 
	cost_histogram BLOB, 
	duration_histogram BLOB, 
	PRIMARY KEY (project_daily_id)
);
CREATE INDEX ix_project_daily_date ON project_daily (date);
CREATE TABLE pull_request (
	pull_request_key INTEGER NOT NULL, 
	project VARCHAR, 
	platform VARCHAR NOT NULL, 
	repository VARCHAR, 
	number INTEGER NOT NULL, 
	title VARCHAR, 
	state VARCHAR NOT NULL, 
	person VARCHAR, 
	source_branch VARCHAR, 
	opened_at INTEGER, 
	opened_date INTEGER, 
	merged_at INTEGER, 
	closed_at INTEGER, 
	merged_by VARCHAR, 
	updated_at INTEGER, 
	is_draft BOOLEAN, 
	is_review_known BOOLEAN NOT NULL, 
	head_sha VARCHAR, 
	merge_sha VARCHAR, 
	squash_sha VARCHAR, 
	files_count BIGINT, 
	lines_added BIGINT, 
	lines_removed BIGINT, 
	reverted_number BIGINT, 
	reverted_sha VARCHAR, 
	record_rank BIGINT, 
	load_id BIGINT, 
	PRIMARY KEY (pull_request_key)
);
CREATE INDEX ix_pull_request_merge_sha ON pull_request (merge_sha);
CREATE INDEX ix_pull_request_number ON pull_request (number);
CREATE INDEX ix_pull_request_opened_date ON pull_request (opened_date);
CREATE INDEX ix_pull_request_squash_sha ON pull_request (squash_sha);
CREATE INDEX ix_pull_request_undoing ON pull_request (project) WHERE reverted_number IS NOT NULL OR reverted_sha IS NOT NULL;
CREATE TABLE pull_request_commit (
	pull_request_commit_key INTEGER NOT NULL, 
	pull_request_key BIGINT, 
	vcs_commit_key BIGINT, 
	sha VARCHAR NOT NULL, 
	PRIMARY KEY (pull_request_commit_key)
);
CREATE INDEX ix_pull_request_commit_pull_request_key ON pull_request_commit (pull_request_key);
CREATE INDEX ix_pull_request_commit_vcs_commit_key ON pull_request_commit (vcs_commit_key);
CREATE TABLE pull_request_file (
	pull_request_file_key INTEGER NOT NULL, 
	pull_request_key BIGINT, 
	path VARCHAR NOT NULL, 
	place_hash BIGINT, 
	lines_added BIGINT, 
	lines_removed BIGINT, 
	PRIMARY KEY (pull_request_file_key)
);
CREATE INDEX ix_pull_request_file_place_hash ON pull_request_file (place_hash);
CREATE INDEX ix_pull_request_file_pull_request_key ON pull_request_file (pull_request_key);
CREATE TABLE pull_request_review (
	pull_request_review_key INTEGER NOT NULL, 
	pull_request_key BIGINT, 
	person VARCHAR, 
	reviewer_hash BIGINT, 
	is_bot BOOLEAN, 
	state VARCHAR NOT NULL, 
	submitted_at INTEGER, 
	submitted_date INTEGER, 
	number_in_request INTEGER NOT NULL, 
	load_id BIGINT, 
	PRIMARY KEY (pull_request_review_key)
);
CREATE INDEX ix_pull_request_review_pull_request_key ON pull_request_review (pull_request_key);
CREATE INDEX ix_pull_request_review_submitted_date ON pull_request_review (submitted_date);
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
CREATE TABLE repository_head (
	repository_head_key INTEGER NOT NULL, 
	project VARCHAR, 
	repository_hash BIGINT, 
	ref_name VARCHAR NOT NULL, 
	sha VARCHAR NOT NULL, 
	load_id BIGINT, 
	PRIMARY KEY (repository_head_key)
);
CREATE INDEX ix_repository_head_repository_hash ON repository_head (repository_hash);
CREATE TABLE review_note (
	review_note_key INTEGER NOT NULL, 
	quarter VARCHAR NOT NULL, 
	question VARCHAR, 
	kind VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	owner VARCHAR, 
	due_date INTEGER, 
	status VARCHAR NOT NULL, 
	carried_from_key BIGINT, 
	created_at INTEGER, 
	changed_at INTEGER, 
	PRIMARY KEY (review_note_key)
);
CREATE INDEX ix_review_note_due_date ON review_note (due_date);
CREATE INDEX ix_review_note_quarter ON review_note (quarter);
CREATE TABLE reviewer_daily (
	decided_count BIGINT NOT NULL, 
	rejected_count BIGINT NOT NULL, 
	waiting_known_count BIGINT NOT NULL, 
	waiting_ms BIGINT NOT NULL, 
	reviewer_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	reviewer VARCHAR, 
	waiting_histogram BLOB, 
	PRIMARY KEY (reviewer_daily_id)
);
CREATE INDEX ix_reviewer_daily_date ON reviewer_daily (date);
CREATE TABLE reviewer_project_daily (
	decided_count BIGINT NOT NULL, 
	rejected_count BIGINT NOT NULL, 
	waiting_known_count BIGINT NOT NULL, 
	waiting_ms BIGINT NOT NULL, 
	reviewer_project_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	project VARCHAR, 
	reviewer VARCHAR, 
	waiting_histogram BLOB, 
	PRIMARY KEY (reviewer_project_daily_id)
);
CREATE INDEX ix_reviewer_project_daily_date ON reviewer_project_daily (date);
CREATE TABLE reviewer_route_daily (
	decided_count BIGINT NOT NULL, 
	rejected_count BIGINT NOT NULL, 
	waiting_known_count BIGINT NOT NULL, 
	waiting_ms BIGINT NOT NULL, 
	reviewer_route_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	task_class VARCHAR, 
	provider VARCHAR, 
	model VARCHAR, 
	reviewer VARCHAR, 
	waiting_histogram BLOB, 
	PRIMARY KEY (reviewer_route_daily_id)
);
CREATE INDEX ix_reviewer_route_daily_date ON reviewer_route_daily (date);
CREATE TABLE rollup_strip (
	rollup_strip_id INTEGER NOT NULL, 
	rollup VARCHAR NOT NULL, 
	block INTEGER NOT NULL, 
	project VARCHAR, 
	task_class VARCHAR, 
	provider VARCHAR, 
	model VARCHAR, 
	source VARCHAR, 
	status VARCHAR, 
	error_kind VARCHAR, 
	is_attributed BOOLEAN, 
	risk_zone VARCHAR, 
	subject VARCHAR, 
	decision VARCHAR, 
	actor VARCHAR, 
	reviewer VARCHAR, 
	server VARCHAR, 
	tool VARCHAR, 
	is_mutating BOOLEAN, 
	kind VARCHAR, 
	name VARCHAR, 
	records BLOB NOT NULL, 
	histograms BLOB NOT NULL, 
	PRIMARY KEY (rollup_strip_id)
);
CREATE INDEX ix_rollup_strip_block ON rollup_strip (rollup, block, project, task_class, provider, model);
CREATE TABLE route_daily (
	call_count BIGINT NOT NULL, 
	unpriced_count BIGINT NOT NULL, 
	usage_known_count BIGINT NOT NULL, 
	latency_known_count BIGINT NOT NULL, 
	fallback_count BIGINT NOT NULL, 
	retry_count BIGINT NOT NULL, 
	cost_micro_usd BIGINT NOT NULL, 
	both_costs_count BIGINT NOT NULL, 
	both_billed_count BIGINT NOT NULL, 
	both_reported_micro_usd BIGINT NOT NULL, 
	both_computed_micro_usd BIGINT NOT NULL, 
	computed_cost_micro_usd BIGINT NOT NULL, 
	input_tokens BIGINT NOT NULL, 
	cache_read_tokens BIGINT NOT NULL, 
	cache_write_tokens BIGINT NOT NULL, 
	output_tokens BIGINT NOT NULL, 
	route_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	source VARCHAR NOT NULL, 
	provider VARCHAR, 
	model VARCHAR, 
	status VARCHAR NOT NULL, 
	error_kind VARCHAR, 
	attributed_call_count BIGINT NOT NULL, 
	attributed_unpriced_count BIGINT NOT NULL, 
	attributed_cost_micro_usd BIGINT NOT NULL, 
	latency_histogram BLOB, 
	PRIMARY KEY (route_daily_id)
);
CREATE INDEX ix_route_daily_date ON route_daily (date);
CREATE TABLE same_call (
	llm_call_key INTEGER NOT NULL, 
	counted_call_key BIGINT, 
	is_person_taken BOOLEAN NOT NULL, 
	is_project_taken BOOLEAN NOT NULL, 
	is_task_taken BOOLEAN NOT NULL, 
	is_cost_taken BOOLEAN NOT NULL, 
	own_reported_cost_micro_usd BIGINT, 
	PRIMARY KEY (llm_call_key)
);
CREATE INDEX ix_same_call_counted_call_key ON same_call (counted_call_key);
CREATE TABLE secret_rotation (
	secret_rotation_key INTEGER NOT NULL, 
	native_id VARCHAR NOT NULL, 
	project VARCHAR, 
	secret VARCHAR, 
	provider VARCHAR, 
	person VARCHAR, 
	rotated_at INTEGER, 
	rotated_date INTEGER, 
	due_at INTEGER, 
	record_rank BIGINT, 
	load_id BIGINT, 
	PRIMARY KEY (secret_rotation_key)
);
CREATE INDEX ix_secret_rotation_rotated_date ON secret_rotation (rotated_date);
CREATE TABLE setting (
	name VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE source_daily (
	source_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	project VARCHAR, 
	source VARCHAR NOT NULL, 
	thing VARCHAR NOT NULL, 
	record_count BIGINT NOT NULL, 
	PRIMARY KEY (source_daily_id)
);
CREATE INDEX ix_source_daily_date ON source_daily (date);
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
	source VARCHAR NOT NULL, 
	native_id VARCHAR, 
	finished_at INTEGER, 
	record_rank BIGINT, 
	load_id BIGINT, 
	PRIMARY KEY (task_key)
);
CREATE INDEX ix_task_chat_key ON task (chat_key);
CREATE INDEX ix_task_cost ON task (known_cost_micro_usd DESC, requested_date, provider, model, project, task_class) WHERE call_count > unpriced_call_count;
CREATE INDEX ix_task_requested_date ON task (requested_date, requested_at);
CREATE INDEX ix_task_root_message_key ON task (root_message_key);
CREATE TABLE task_daily (
	task_count BIGINT NOT NULL, 
	completed_count BIGINT NOT NULL, 
	failed_count BIGINT NOT NULL, 
	aborted_count BIGINT NOT NULL, 
	unknown_count BIGINT NOT NULL, 
	kept_count BIGINT NOT NULL, 
	priced_count BIGINT NOT NULL, 
	known_cost_count BIGINT NOT NULL, 
	completed_priced_count BIGINT NOT NULL, 
	within_budget_count BIGINT NOT NULL, 
	known_cost_micro_usd BIGINT NOT NULL, 
	unpriced_call_count BIGINT NOT NULL, 
	task_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	project VARCHAR, 
	task_class VARCHAR NOT NULL, 
	provider VARCHAR, 
	model VARCHAR, 
	cost_histogram BLOB, 
	PRIMARY KEY (task_daily_id)
);
CREATE INDEX ix_task_daily_date ON task_daily (date);
CREATE TABLE task_route_daily (
	task_count BIGINT NOT NULL, 
	completed_count BIGINT NOT NULL, 
	failed_count BIGINT NOT NULL, 
	aborted_count BIGINT NOT NULL, 
	unknown_count BIGINT NOT NULL, 
	kept_count BIGINT NOT NULL, 
	priced_count BIGINT NOT NULL, 
	known_cost_count BIGINT NOT NULL, 
	completed_priced_count BIGINT NOT NULL, 
	within_budget_count BIGINT NOT NULL, 
	known_cost_micro_usd BIGINT NOT NULL, 
	unpriced_call_count BIGINT NOT NULL, 
	task_route_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	task_class VARCHAR NOT NULL, 
	provider VARCHAR, 
	model VARCHAR, 
	cost_histogram BLOB, 
	PRIMARY KEY (task_route_daily_id)
);
CREATE INDEX ix_task_route_daily_date ON task_route_daily (date);
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
	source VARCHAR NOT NULL, 
	is_mutating BOOLEAN, 
	duration_ms BIGINT, 
	record_rank BIGINT, 
	load_id BIGINT, 
	PRIMARY KEY (tool_call_key)
);
CREATE INDEX ix_tool_call_called_date ON tool_call (called_date);
CREATE INDEX ix_tool_call_message_key ON tool_call (message_key);
CREATE INDEX ix_tool_call_task_key ON tool_call (task_key);
CREATE TABLE tool_call_daily (
	tool_call_count BIGINT NOT NULL, 
	approved_count BIGINT NOT NULL, 
	rejected_count BIGINT NOT NULL, 
	policy_decided_count BIGINT NOT NULL, 
	unknown_decided_count BIGINT NOT NULL, 
	pending_count BIGINT NOT NULL, 
	tool_call_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	project VARCHAR, 
	task_class VARCHAR, 
	provider VARCHAR, 
	model VARCHAR, 
	server VARCHAR, 
	tool VARCHAR NOT NULL, 
	is_mutating BOOLEAN, 
	PRIMARY KEY (tool_call_daily_id)
);
CREATE INDEX ix_tool_call_daily_date ON tool_call_daily (date);
CREATE TABLE tool_daily (
	tool_call_count BIGINT NOT NULL, 
	approved_count BIGINT NOT NULL, 
	rejected_count BIGINT NOT NULL, 
	policy_decided_count BIGINT NOT NULL, 
	unknown_decided_count BIGINT NOT NULL, 
	pending_count BIGINT NOT NULL, 
	tool_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	server VARCHAR, 
	tool VARCHAR NOT NULL, 
	is_mutating BOOLEAN, 
	PRIMARY KEY (tool_daily_id)
);
CREATE INDEX ix_tool_daily_date ON tool_daily (date);
CREATE TABLE tool_project_daily (
	tool_call_count BIGINT NOT NULL, 
	approved_count BIGINT NOT NULL, 
	rejected_count BIGINT NOT NULL, 
	policy_decided_count BIGINT NOT NULL, 
	unknown_decided_count BIGINT NOT NULL, 
	pending_count BIGINT NOT NULL, 
	tool_project_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	project VARCHAR, 
	server VARCHAR, 
	tool VARCHAR NOT NULL, 
	is_mutating BOOLEAN, 
	PRIMARY KEY (tool_project_daily_id)
);
CREATE INDEX ix_tool_project_daily_date ON tool_project_daily (date);
CREATE TABLE tool_route_daily (
	tool_call_count BIGINT NOT NULL, 
	approved_count BIGINT NOT NULL, 
	rejected_count BIGINT NOT NULL, 
	policy_decided_count BIGINT NOT NULL, 
	unknown_decided_count BIGINT NOT NULL, 
	pending_count BIGINT NOT NULL, 
	tool_route_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	task_class VARCHAR, 
	provider VARCHAR, 
	model VARCHAR, 
	server VARCHAR, 
	tool VARCHAR NOT NULL, 
	is_mutating BOOLEAN, 
	PRIMARY KEY (tool_route_daily_id)
);
CREATE INDEX ix_tool_route_daily_date ON tool_route_daily (date);
CREATE TABLE unusable_message (
	message_key INTEGER NOT NULL, 
	message_id VARCHAR NOT NULL, 
	role VARCHAR NOT NULL, 
	PRIMARY KEY (message_key)
);
CREATE TABLE vcs_commit (
	vcs_commit_key INTEGER NOT NULL, 
	project VARCHAR, 
	repository VARCHAR, 
	sha VARCHAR NOT NULL, 
	parent_shas VARCHAR NOT NULL, 
	person VARCHAR, 
	authored_at INTEGER, 
	committed_at INTEGER, 
	committed_date INTEGER, 
	subject VARCHAR, 
	subject_hash BIGINT, 
	push_kind VARCHAR, 
	revert_kind VARCHAR, 
	reverted_sha VARCHAR, 
	reverted_subject_hash BIGINT, 
	reverted_number BIGINT, 
	pull_number BIGINT, 
	is_ai_assisted BOOLEAN, 
	review_trailer_count BIGINT, 
	files_count BIGINT, 
	lines_added BIGINT, 
	lines_removed BIGINT, 
	is_left_behind BOOLEAN NOT NULL, 
	record_rank BIGINT, 
	load_id BIGINT, 
	PRIMARY KEY (vcs_commit_key)
);
CREATE INDEX ix_vcs_commit_committed_date ON vcs_commit (committed_date);
CREATE INDEX ix_vcs_commit_pull_number ON vcs_commit (pull_number) WHERE pull_number IS NOT NULL;
CREATE INDEX ix_vcs_commit_sha ON vcs_commit (sha);
CREATE INDEX ix_vcs_commit_subject_hash ON vcs_commit (subject_hash);
CREATE INDEX ix_vcs_commit_undoing ON vcs_commit (project) WHERE revert_kind IS NOT NULL;
CREATE TABLE zone_decision_daily (
	patch_count BIGINT NOT NULL, 
	accepted_count BIGINT NOT NULL, 
	rolled_back_count BIGINT NOT NULL, 
	rejected_count BIGINT NOT NULL, 
	comparable_rejected_count BIGINT NOT NULL, 
	accepted_again_count BIGINT NOT NULL, 
	pending_count BIGINT NOT NULL, 
	unfinished_count BIGINT NOT NULL, 
	reviewers_known_count BIGINT NOT NULL, 
	second_reviewed_count BIGINT NOT NULL, 
	waiting_known_count BIGINT NOT NULL, 
	waiting_ms BIGINT NOT NULL, 
	zone_decision_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	task_class VARCHAR, 
	risk_zone VARCHAR, 
	actor VARCHAR, 
	waiting_histogram BLOB, 
	PRIMARY KEY (zone_decision_daily_id)
);
CREATE INDEX ix_zone_decision_daily_date ON zone_decision_daily (date);
CREATE TABLE zone_decision_project_daily (
	patch_count BIGINT NOT NULL, 
	accepted_count BIGINT NOT NULL, 
	rolled_back_count BIGINT NOT NULL, 
	rejected_count BIGINT NOT NULL, 
	comparable_rejected_count BIGINT NOT NULL, 
	accepted_again_count BIGINT NOT NULL, 
	pending_count BIGINT NOT NULL, 
	unfinished_count BIGINT NOT NULL, 
	reviewers_known_count BIGINT NOT NULL, 
	second_reviewed_count BIGINT NOT NULL, 
	waiting_known_count BIGINT NOT NULL, 
	waiting_ms BIGINT NOT NULL, 
	zone_decision_project_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	project VARCHAR, 
	task_class VARCHAR, 
	risk_zone VARCHAR, 
	actor VARCHAR, 
	waiting_histogram BLOB, 
	PRIMARY KEY (zone_decision_project_daily_id)
);
CREATE INDEX ix_zone_decision_project_daily_date ON zone_decision_project_daily (date);
CREATE TABLE zone_decision_route_daily (
	patch_count BIGINT NOT NULL, 
	accepted_count BIGINT NOT NULL, 
	rolled_back_count BIGINT NOT NULL, 
	rejected_count BIGINT NOT NULL, 
	comparable_rejected_count BIGINT NOT NULL, 
	accepted_again_count BIGINT NOT NULL, 
	pending_count BIGINT NOT NULL, 
	unfinished_count BIGINT NOT NULL, 
	reviewers_known_count BIGINT NOT NULL, 
	second_reviewed_count BIGINT NOT NULL, 
	waiting_known_count BIGINT NOT NULL, 
	waiting_ms BIGINT NOT NULL, 
	zone_decision_route_daily_id INTEGER NOT NULL, 
	date INTEGER, 
	task_class VARCHAR, 
	provider VARCHAR, 
	model VARCHAR, 
	risk_zone VARCHAR, 
	actor VARCHAR, 
	waiting_histogram BLOB, 
	PRIMARY KEY (zone_decision_route_daily_id)
);
CREATE INDEX ix_zone_decision_route_daily_date ON zone_decision_route_daily (date);
