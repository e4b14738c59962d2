@echo off
rem Starts a worker, the scheduler or Flower inside the Windows Subsystem for Linux, because a worker
rem needs processes that Windows itself cannot make. Arguments and variables: start_celery.sh.
cd /d "%~dp0.."
wsl --exec scripts/start_celery.sh %*
exit /b %ERRORLEVEL%
